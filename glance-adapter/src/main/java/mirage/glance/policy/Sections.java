package mirage.glance.policy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
    private final List<Section> sections = new ArrayList<>();

    private Sections(Path file) {
        this.file = file;
    }

    /**
     * A section.
     *
     * @param place file and line of its name
     * @param values in the order of the file
     */
    record Section(String name, String place, List<Value> values) {}

    /** An option with its value, lines of it divided by line ends. */
    record Value(String name, String text, String place) {}

    /**
     * The sections of a file, in its order. The same name may come again; what that means is for the caller to say.
     *
     * @throws PolicyFileException when it cannot be read or understood
     */
    static List<Section> read(Path file) throws PolicyFileException {
        Sections sections = new Sections(file);
        int number = 0;
        for (String line : sections.text().split("\r?\n", -1)) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#") && !stripped.startsWith(";")) {
                sections.take(line, stripped, file + ":" + number);
            }
        }
        return sections.sections;
    }

    private void take(String line, String stripped, String place) throws PolicyFileException {
        Section section = sections.isEmpty() ? null : sections.getLast();
        boolean indented = Character.isWhitespace(line.charAt(0));
        if (indented && section != null && !section.values().isEmpty()) {
            Value before = section.values().removeLast();
            section.values()
                    .add(new Value(before.name(), before.text() + "\n" + stripped, before.place()));
        } else if (stripped.startsWith("[")) {
            sections.add(new Section(sectionName(stripped, place), place, new ArrayList<>()));
        } else if (section == null) {
            throw new PolicyFileException(place + ": [SECTION] expected, found " + stripped);
        } else {
            section.values().add(value(stripped, place));
        }
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

    private static String sectionName(String line, String place) throws PolicyFileException {
        int close = line.lastIndexOf(']');
        if (close < 2) {
            throw new PolicyFileException(place + ": [SECTION] expected, found " + line);
        }
        return line.substring(1, close);
    }

    private static Value value(String line, String place) throws PolicyFileException {
        int divider = 0;
        while (divider < line.length() && "=:".indexOf(line.charAt(divider)) < 0) {
            divider++;
        }
        if (divider == 0 || divider == line.length()) {
            throw new PolicyFileException(place + ": NAME = VALUE expected, found " + line);
        }
        return new Value(
                line.substring(0, divider).strip().toLowerCase(Locale.ROOT),
                line.substring(divider + 1).strip(),
                place);
    }
}
