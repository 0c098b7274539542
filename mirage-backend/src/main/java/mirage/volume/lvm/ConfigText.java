package mirage.volume.lvm;

import mirage.bytes.FormatException;
import mirage.volume.lvm.ConfigValue.Section;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads LVM's text format into memory:
 *
 * <pre>
 *   section = (name "{" section "}" | name "=" value)*        "#" to the end of a line is a comment
 *   value   = number | text | "[" (value ("," value)*)? "]"
 *   text    = '"' any character, quotes and backslashes behind a backslash '"'
 * </pre>
 *
 * <p>Goes over the text once, without recursion. Memory is bounded by the number of values and their names.
 */
final class ConfigText {
    private static final int MAX_DEPTH = 16;

    /** Enough for 10,000 logical volumes; 50 MiB. */
    private static final int MAX_VALUES = 400_000;

    private static final String PUNCTUATION = "{}[]=,#\"";

    private final String text;
    private int at;
    private int values;

    private ConfigText(String text) {
        this.text = text;
    }

    /**
     * @throws FormatException when the text does not follow the format, or is too large
     */
    static Section parse(String text) throws FormatException {
        return new ConfigText(text).section();
    }

    private Section section() throws FormatException {
        Deque<Section> open = new ArrayDeque<>();
        open.push(newSection());
        while (true) {
            skipBlank();
            if (at == text.length()) {
                require(open.size() == 1, "a section that is not closed");
                return open.pop();
            }
            if (text.charAt(at) == '}') {
                at++;
                open.pop();
                require(!open.isEmpty(), "a brace that closes nothing");
                continue;
            }
            String name = word();
            skipBlank();
            if (isNext('{')) {
                require(
                        open.size() < MAX_DEPTH,
                        "more than " + MAX_DEPTH + " sections in sections");
                Section inner = newSection();
                put(open.element(), name, inner);
                open.push(inner);
            } else if (isNext('=')) {
                put(open.element(), name, value());
            } else {
                throw new FormatException(
                        "LVM text at " + at + ": a brace or equals sign expected behind a name");
            }
        }
    }

    private static Section newSection() {
        return new Section(new LinkedHashMap<>(8));
    }

    private void put(Section section, String name, ConfigValue value) throws FormatException {
        count();
        Map<String, ConfigValue> inner = section.values();
        inner.put(name, value);
    }

    private void count() throws FormatException {
        require(++values <= MAX_VALUES, "more than " + MAX_VALUES + " values");
    }

    private ConfigValue value() throws FormatException {
        skipBlank();
        if (!isNext('[')) {
            return scalar();
        }
        List<ConfigValue> items = new ArrayList<>(2);
        skipBlank();
        while (!isNext(']')) {
            if (!items.isEmpty()) {
                require(isNext(','), "a list without a comma");
            }
            skipBlank();
            items.add(scalar());
            count();
            skipBlank();
        }
        return new ConfigValue.Items(items);
    }

    private ConfigValue scalar() throws FormatException {
        if (isNext('"')) {
            return new ConfigValue.Text(quoted());
        }
        String word = word();
        try {
            return new ConfigValue.Number(Long.parseLong(word));
        } catch (NumberFormatException e) {
            return new ConfigValue.Text(word);
        }
    }

    private String quoted() throws FormatException {
        StringBuilder quoted = new StringBuilder();
        while (true) {
            require(at < text.length(), "a text that is not closed");
            char c = text.charAt(at++);
            if (c == '"') {
                return quoted.toString();
            }
            if (c == '\\') {
                require(at < text.length(), "a text that is not closed");
                c = text.charAt(at++);
            }
            quoted.append(c);
        }
    }

    private String word() throws FormatException {
        int start = at;
        while (at < text.length()
                && text.charAt(at) > ' '
                && PUNCTUATION.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        require(at > start, "no name and no value");
        return text.substring(start, at);
    }

    private boolean isNext(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c > ' ') {
                return;
            } else {
                at++;
            }
        }
    }

    private void require(boolean holds, String found) throws FormatException {
        if (!holds) {
            throw new FormatException("LVM text at " + at + ": " + found);
        }
    }
}
