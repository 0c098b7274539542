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

/**
 * Packages of Debian and what derives from it: {@code /var/lib/dpkg/status}, and the files of one package each in
 * {@code status.d} that images without dpkg have. Specification: deb-control(5), deb822(5), and dpkg(1) on states.
 */
public final class DpkgCollector implements FactCollector {
    private static final long MAX_BYTES = 128 << 20;
    private static final String STATUS_D = "var/lib/dpkg/status.d";
    private static final Set<String> FIELDS =
            Set.of("Package", "Status", "Version", "Architecture", "Source");

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.is("var/lib/dpkg/status")
                || (path.isIn(STATUS_D) && !path.endsWith(".md5sums"));
    }

    @Override
    public List<String> places() {
        return List.of("var/lib/dpkg");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        boolean isStatusOfAll = file.path().is("var/lib/dpkg/status");
        Stanzas stanzas = new Stanzas(file.lines(MAX_BYTES), FIELDS);
        for (Map<String, String> fields = stanzas.next(); fields != null; fields = stanzas.next()) {
            String name = fields.get("Package");
            if (name == null) {
                throw new FormatException("a stanza without a package");
            }
            // What is in status.d is installed: nothing keeps a state there.
            String status = fields.getOrDefault("Status", isStatusOfAll ? "" : "installed");
            String version = fields.getOrDefault("Version", "");
            String source = fields.getOrDefault("Source", name);
            int parenthesis = source.indexOf(" (");
            facts.add(
                    file.source(),
                    new InstalledPackage(
                            "dpkg",
                            name,
                            version,
                            fields.getOrDefault("Architecture", ""),
                            parenthesis < 0 ? source : source.substring(0, parenthesis),
                            parenthesis < 0 || !source.endsWith(")")
                                    ? ""
                                    : source.substring(parenthesis + 2, source.length() - 1),
                            status.substring(status.lastIndexOf(' ') + 1)));
        }
    }
}
