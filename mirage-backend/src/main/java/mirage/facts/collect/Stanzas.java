package mirage.facts.collect;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Stanzas of fields, {@code Name: value}, with an empty line behind each: what Debian's control files, Python's
 * metadata, manifests of Java archives and apk's database have in common. Of each only the wanted fields are kept, and
 * of those the first line; where a field stands again, the first counts.
 */
public final class Stanzas {
    private final Lines lines;
    private final Set<String> wanted;

    public Stanzas(Lines lines, Set<String> wanted) {
        this.lines = lines;
        this.wanted = wanted;
    }

    /** The wanted fields of the next stanza that is not empty, null behind the last. */
    public @Nullable Map<String, String> next() throws IOException {
        Map<String, String> fields = new HashMap<>();
        boolean begun = false;
        String line = lines.next();
        while (line != null && !(line.isEmpty() && begun)) {
            if (!line.isEmpty()) {
                begun = true;
                add(fields, line);
            }
            line = lines.next();
        }
        return begun ? fields : null;
    }

    private void add(Map<String, String> fields, String line) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.charAt(0) != ' ' && line.charAt(0) != '\t') {
            String name = line.substring(0, colon);
            if (wanted.contains(name)) {
                fields.putIfAbsent(name, line.substring(colon + 1).strip());
            }
        }
    }
}
