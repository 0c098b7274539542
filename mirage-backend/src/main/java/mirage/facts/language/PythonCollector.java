package mirage.facts.language;

import mirage.facts.Fact.LanguagePackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.facts.collect.Stanzas;
import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Python distributions: {@code *.dist-info/METADATA}, {@code *.egg-info/PKG-INFO}, and {@code *.egg-info} that is a
 * file. Specification: "Recording installed projects" and "Core metadata specifications" of the Python Packaging User
 * Guide.
 */
public final class PythonCollector implements FactCollector {
    private static final long MAX_BYTES = 16 << 20;
    private static final Set<String> FIELDS = Set.of("Name", "Version");

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.endsWith(".dist-info/METADATA")
                || path.endsWith(".egg-info/PKG-INFO")
                || path.endsWith(".egg-info");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        Map<String, String> fields = new Stanzas(file.lines(MAX_BYTES), FIELDS).next();
        String name = fields == null ? null : fields.get("Name");
        if (fields != null && name != null) {
            facts.add(
                    file.source(),
                    new LanguagePackage("pypi", name, fields.getOrDefault("Version", "")));
        }
    }
}
