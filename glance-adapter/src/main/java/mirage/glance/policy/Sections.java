package mirage.glance.policy;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads files as Python's configparser does, whose names of sections may hold brackets: the first {@code [} of a line
 * and the last {@code ]} of it enclose a name.
 *
 * <pre>
 *   # a comment             ; another
 *   [section]
 *   name = value            or name: value; names count in lower case
 *          and goes on      a line that begins with a blank goes on with the value before it
 * </pre>
 */
final class Sections {
    private static final long MAX_BYTES = 1 << 20;

    private final Path file;
    private final Map<String, Section> sections = new LinkedHashMap<>();

    private Sections(Path file) {
        this.file = file;
    }

    /**
     * A section.
     *
     * @param place file and line of its name
     * @param values by name, in the order of the file
     */
    record Section(String name, String place, Map<String, String> values) {}

    /**
     * The sections of a file by name, in its order.
     *
     * @throws PolicyFileException when it cannot be read or understood, also when a section or an option comes twice
     */
    static Map<String, Section> read(Path file) throws PolicyFileException {
        Sections sections = new Sections(file);
        int line = 0;
        Section section = null;
        String name = null;
        for (String text : sections.text().split("\r?\n", -1)) {
            line++;
            String stripped = text.strip();
            if (stripped.isEmpty() || stripped.startsWith("#") || stripped.startsWith(";")) {
                continue;
            }
            String place = file + ":" + line;
            if (Character.isWhitespace(text.charAt(0)) && section != null && name != null) {
                section.values().merge(name, stripped, (before, more) -> before + "\n" + more);
            } else if (stripped.startsWith("[")) {
                section = sections.begin(stripped, place);
                name = null;
            } else {
                name = assign(section, stripped, place);
            }
        }
        return sections.sections;
    }

    private String text() throws PolicyFileException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new PolicyFileException(file + ": at most " + MAX_BYTES + " bytes expected");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException malformed) {
            throw new PolicyFileException(file + ": UTF-8 expected");
        } catch (PolicyFileException tooLong) {
            throw tooLong;
        } catch (IOException unreadable) {
            throw new PolicyFileException(file + ": cannot be read: " + unreadable);
        }
    }

    private Section begin(String line, String place) throws PolicyFileException {
        int close = line.lastIndexOf(']');
        if (close < 2) {
            throw new PolicyFileException(place + ": [SECTION] expected, found " + line);
        }
        Section section = new Section(line.substring(1, close), place, new LinkedHashMap<>());
        Section before = sections.putIfAbsent(section.name(), section);
        if (before != null) {
            throw new PolicyFileException(
                    place + ": [" + section.name() + "] is already at " + before.place());
        }
        return section;
    }

    private static String assign(@Nullable Section section, String line, String place)
            throws PolicyFileException {
        int divider = -1;
        for (int i = 0; i < line.length() && divider < 0; i++) {
            divider = line.charAt(i) == '=' || line.charAt(i) == ':' ? i : -1;
        }
        if (divider < 1) {
            throw new PolicyFileException(place + ": NAME = VALUE expected, found " + line);
        }
        String name = line.substring(0, divider).strip().toLowerCase(Locale.ROOT);
        if (section == null) {
            throw new PolicyFileException(place + ": a [SECTION] expected before " + name);
        }
        if (section.values().putIfAbsent(name, line.substring(divider + 1).strip()) != null) {
            throw new PolicyFileException(
                    place + ": " + name + " comes twice in [" + section.name() + "]");
        }
        return name;
    }
}
