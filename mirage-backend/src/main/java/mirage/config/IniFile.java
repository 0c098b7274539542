package mirage.config;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a file of settings by the rules of oslo.config:
 *
 * <pre>
 *   # a comment            ; another: only at the beginning of a line
 *   [section]              may come again further down, and goes on there
 *   name = value           the first "=" or ":" divides; blanks around both parts do not count
 *   name = "value"         quotation marks around the whole value, of either kind, do not count
 *   name = one,            a line that begins with a blank goes on with the value of the line before it
 *          two
 *   name = one             an option may come again: the last one counts, or each does, as the option has it
 *   name = two
 * </pre>
 *
 * An empty line ends a value. An option before the first section is refused. Unlike oslo.config, which takes it into
 * the value, an indented comment inside a value is refused.
 *
 * <p>Every assignment knows its file and line: operators mend by them. All problems are found in one pass.
 */
final class IniFile {
    /** The file is read whole; nobody writes settings of such a size. */
    static final int MAX_BYTES = 1 << 20;

    private final List<Assignment> assignments = new ArrayList<>();
    private final List<String> problems;
    private @Nullable String section;
    private @Nullable Assignment open;

    private IniFile(List<String> problems) {
        this.problems = problems;
    }

    /** An option's value as the file has it. */
    record Assignment(String section, String name, String value, String place) {
        private Assignment goingOnWith(String line) {
            return new Assignment(section, name, value + "\n" + line, place);
        }
    }

    /**
     * Reads a file.
     *
     * @param problems takes what is wrong, with file and line
     * @return what could be read, in the order of the file
     */
    static List<Assignment> read(Path file, List<String> problems) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                problems.add(file + ": at most " + MAX_BYTES + " bytes expected");
                return List.of();
            }
            return parse(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(),
                    file,
                    problems);
        } catch (NoSuchFileException missing) {
            problems.add(file + ": no such file");
        } catch (AccessDeniedException denied) {
            problems.add(file + ": permission denied");
        } catch (CharacterCodingException malformed) {
            problems.add(file + ": UTF-8 expected");
        } catch (IOException failure) {
            problems.add(file + ": cannot be read: " + failure.getMessage());
        }
        return List.of();
    }

    static List<Assignment> parse(String text, Path file, List<String> problems) {
        IniFile ini = new IniFile(problems);
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            ini.line(line.stripTrailing(), file + ":" + number);
        }
        ini.finishValue();
        return ini.assignments;
    }

    private void line(String line, String place) {
        if (line.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
            problems.add(place + ": text expected, found a control character");
            return;
        }
        if (line.isEmpty()) {
            finishValue();
        } else if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
            goOn(line.strip(), place);
        } else {
            finishValue();
            switch (line.charAt(0)) {
                case '#', ';' -> {}
                case '[' -> beginSection(line, place);
                default -> assign(line, place);
            }
        }
    }

    private void goOn(String line, String place) {
        if (open == null) {
            problems.add(
                    place
                            + ": an option that this indented line goes on with expected before it,"
                            + " found none");
        } else if (line.startsWith("#") || line.startsWith(";")) {
            problems.add(
                    place
                            + ": an indented comment would be part of "
                            + open.name()
                            + "; let it begin where the line begins");
        } else {
            open = open.goingOnWith(line);
        }
    }

    private void beginSection(String line, String place) {
        String name = line.endsWith("]") ? line.substring(1, line.length() - 1).strip() : "";
        if (name.isEmpty()) {
            problems.add(place + ": [SECTION] expected, found " + line);
            // What follows belongs to a section that nobody knows the name of.
            section = null;
        } else {
            section = name;
        }
    }

    private void assign(String line, String place) {
        int equals = line.indexOf('=');
        int colon = line.indexOf(':');
        int divider = equals < 0 ? colon : colon < 0 ? equals : Math.min(equals, colon);
        String name = divider < 0 ? "" : line.substring(0, divider).strip();
        if (name.isEmpty()) {
            // The line itself is not shown: it may be a piece of a secret.
            problems.add(place + ": OPTION = VALUE expected");
        } else if (section == null) {
            problems.add(place + ": a section, such as [DEFAULT], expected before " + name);
        } else {
            open =
                    new Assignment(
                            section, name, unquoted(line.substring(divider + 1).strip()), place);
        }
    }

    private void finishValue() {
        if (open != null) {
            assignments.add(open);
            open = null;
        }
    }

    private static String unquoted(String value) {
        boolean quoted =
                value.length() > 1
                        && (value.startsWith("\"") || value.startsWith("'"))
                        && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
