package mirage.volume.lvm;

import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** A value of LVM's text format. */
sealed interface ConfigValue {
    /** A text in quotes, or what is no number, as it stands. */
    record Text(String text) implements ConfigValue {}

    /** A whole number. */
    record Number(long number) implements ConfigValue {}

    /** Values in brackets, none of them in brackets itself. */
    record Items(List<ConfigValue> items) implements ConfigValue {}

    /**
     * Named values in braces, in their order.
     *
     * @param values by name; of a name that stands twice the last
     */
    record Section(Map<String, ConfigValue> values) implements ConfigValue {
        private static final int MAX_LETTERS = 128;

        /** A section in this; null when there is none of that name. */
        @Nullable Section section(String name) {
            return values.get(name) instanceof Section section ? section : null;
        }

        /** A text of at most 128 letters, as all have that tools write. */
        String text(String name) throws FormatException {
            if (values.get(name) instanceof Text(String text) && text.length() <= MAX_LETTERS) {
                return text;
            }
            throw missing(name, "short text");
        }

        /** The same; empty when there is none. */
        String textOrEmpty(String name) {
            return values.get(name) instanceof Text(String text) && text.length() <= MAX_LETTERS
                    ? text
                    : "";
        }

        long number(String name, long min, long max) throws FormatException {
            if (values.get(name) instanceof Number number
                    && number.number() >= min
                    && number.number() <= max) {
                return number.number();
            }
            throw missing(name, "number from " + min + " to " + max);
        }

        List<ConfigValue> items(String name) throws FormatException {
            if (values.get(name) instanceof Items items) {
                return items.items();
            }
            throw missing(name, "list");
        }

        private FormatException missing(String name, String what) {
            ConfigValue found = values.get(name);
            String shown =
                    switch (found) {
                        case null -> "nothing";
                        case Text text -> "a text";
                        case Number number -> Long.toString(number.number());
                        case Items items -> "a list";
                        case Section section -> "a section";
                    };
            return new FormatException(name + ": a " + what + " expected, found " + shown);
        }
    }
}
