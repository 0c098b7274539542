package mirage.facts.packages;

import mirage.bytes.FormatException;
import mirage.facts.Fact.InstalledPackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Lines;
import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packages of Arch: {@code desc} in a directory of each package, where a line {@code %NAME%} stands before the lines of
 * a value, and an empty line behind. Specification: "The local database" of pacman's documentation (alpm-db-desc(5)).
 */
public final class PacmanCollector implements FactCollector {
    private static final String LOCAL = "var/lib/pacman/local/";
    private static final long MAX_BYTES = 4 << 20;

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.startsWith(LOCAL)
                && path.nameIs("desc")
                && path.parent().lastIndexOf('/') == LOCAL.length() - 1;
    }

    @Override
    public List<String> places() {
        return List.of("var/lib/pacman/local");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        Map<String, String> fields = firstLines(file.lines(MAX_BYTES));
        String name = fields.get("%NAME%");
        if (name == null) {
            throw new FormatException("no %NAME% is there");
        }
        facts.add(
                file.source(),
                new InstalledPackage(
                        "pacman",
                        name,
                        fields.getOrDefault("%VERSION%", ""),
                        fields.getOrDefault("%ARCH%", ""),
                        fields.getOrDefault("%BASE%", name),
                        "",
                        "installed"));
    }

    private static Map<String, String> firstLines(Lines lines) throws IOException {
        Map<String, String> fields = new HashMap<>();
        String previous = "";
        for (String line = lines.next(); line != null; line = lines.next()) {
            switch (previous) {
                case "%NAME%", "%VERSION%", "%ARCH%", "%BASE%" ->
                        fields.putIfAbsent(previous, line);
                default -> {}
            }
            previous = line;
        }
        return fields;
    }
}
