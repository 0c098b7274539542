package mirage.facts.packages;

import mirage.bytes.FormatException;
import mirage.facts.Fact.InstalledPackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Stanzas;
import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Packages of Alpine. Specification: apk-v2(5) and "Apk spec" of Alpine's wiki, {@code installed}. */
public final class ApkCollector implements FactCollector {
    private static final long MAX_BYTES = 128 << 20;
    private static final Set<String> FIELDS = Set.of("P", "V", "A", "o");

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.is("lib/apk/db/installed") || path.is("usr/lib/apk/db/installed");
    }

    @Override
    public List<String> places() {
        return List.of("lib/apk/db", "usr/lib/apk/db");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        Stanzas stanzas = new Stanzas(file.lines(MAX_BYTES), FIELDS);
        for (Map<String, String> fields = stanzas.next(); fields != null; fields = stanzas.next()) {
            String name = fields.get("P");
            if (name == null) {
                throw new FormatException("an entry without a package");
            }
            facts.add(
                    file.source(),
                    new InstalledPackage(
                            "apk",
                            name,
                            fields.getOrDefault("V", ""),
                            fields.getOrDefault("A", ""),
                            fields.getOrDefault("o", name),
                            "",
                            "installed"));
        }
    }
}
