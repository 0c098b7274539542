package mirage.facts.system;

import mirage.facts.Fact.Architecture;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.elf.ElfFile;
import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What the shell, or what else every system has, is a program for. The first that says so counts. */
public final class ArchitectureCollector implements FactCollector {
    private static final Set<String> PROGRAMS =
            Set.of("sh", "bash", "dash", "ash", "busybox", "true", "coreutils", "systemctl");

    private boolean known;

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return (path.isIn("bin") || path.isIn("usr/bin")) && PROGRAMS.contains(path.name());
    }

    @Override
    public List<String> places() {
        return List.of("bin", "usr/bin");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (known || file.isLink()) {
            return;
        }
        ElfFile program = ElfFile.open(file.bytes());
        if (program != null) {
            facts.add(file.source(), new Architecture(program.machine()));
            known = true;
        }
    }
}
