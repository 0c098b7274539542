package mirage.config;

import mirage.config.Configuration.OptionKey;
import mirage.config.IniFile.Assignment;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the values of other options where a value names them, as oslo.config does: {@code $name} or {@code ${name}} of
 * the same section or else of {@code [DEFAULT]}, {@code $section.name} of any; {@code $$} and {@code \$} are a dollar
 * sign, and so is one that no name follows. An option that is not set gives an empty text.
 *
 * <p>Values that name each other in a circle, and those that grow beyond all reason, are refused.
 */
final class Substitution {
    private static final int MAX_CHARACTERS = 64 * 1024;
    private static final int MAX_DEPTH = 32;

    private static final Pattern REFERENCE =
            Pattern.compile(
                    "\\$\\$|\\\\\\$|\\$(?:\\{([A-Za-z_][A-Za-z0-9_.]*)\\}|([A-Za-z_][A-Za-z0-9_.]*))");

    private final Map<OptionKey, ConfigOption<?>> options;
    private final Map<OptionKey, List<Assignment>> written;
    private final Map<OptionKey, String> known = new HashMap<>();
    private final Set<OptionKey> underWay = new HashSet<>();

    Substitution(
            Map<OptionKey, ConfigOption<?>> options, Map<OptionKey, List<Assignment>> written) {
        this.options = options;
        this.written = written;
    }

    /** The texts of an option before anything is put in: what was written, or the default. */
    List<String> rawOf(ConfigOption<?> option, List<Assignment> values) {
        if (values.isEmpty()) {
            return option.defaultTexts();
        }
        List<String> texts = values.stream().map(Assignment::value).toList();
        return option.isRepeated() ? texts : List.of(texts.getLast());
    }

    /**
     * A text with the values that it names.
     *
     * @param at the option that has the text
     * @throws IllegalArgumentException with words for the operator
     */
    String expand(String text, OptionKey at) {
        Matcher reference = REFERENCE.matcher(text);
        StringBuilder expanded = new StringBuilder();
        int end = 0;
        while (reference.find()) {
            expanded.append(text, end, reference.start());
            String name = reference.group(1) != null ? reference.group(1) : reference.group(2);
            expanded.append(name == null ? "$" : valueOf(name, at));
            end = reference.end();
            if (expanded.length() > MAX_CHARACTERS) {
                throw new IllegalArgumentException(
                        "at most "
                                + MAX_CHARACTERS
                                + " characters expected after $names became values");
            }
        }
        return expanded.append(text, end, text.length()).toString();
    }

    private String valueOf(String name, OptionKey at) {
        OptionKey key = find(name, at);
        ConfigOption<?> option = key == null ? null : options.get(key);
        if (key == null || option == null) {
            throw new IllegalArgumentException(
                    "the name of an option expected behind the dollar sign, found \""
                            + name
                            + "\"; a dollar sign itself is written $$");
        }
        ConfigOption<?> holder = options.get(at);
        if (option.type().isSecret() && holder != null && !holder.type().isSecret()) {
            throw new IllegalArgumentException(
                    "$" + name + " is a secret, which cannot be put here");
        }
        String value = known.get(key);
        if (value == null) {
            value = expandWhole(key, option);
            known.put(key, value);
        }
        return value;
    }

    private String expandWhole(OptionKey key, ConfigOption<?> option) {
        if (underWay.contains(key) || underWay.size() == MAX_DEPTH) {
            throw new IllegalArgumentException(
                    key + " names itself, or too many others, by way of $names");
        }
        underWay.add(key);
        try {
            StringBuilder whole = new StringBuilder();
            for (String raw : rawOf(option, written.getOrDefault(key, List.of()))) {
                whole.append(whole.isEmpty() ? "" : ",").append(expand(raw, key));
            }
            return whole.toString();
        } finally {
            underWay.remove(key);
        }
    }

    private @Nullable OptionKey find(String name, OptionKey at) {
        int dot = name.indexOf('.');
        List<OptionKey> candidates =
                dot < 0
                        ? List.of(new OptionKey(at.section(), name), new OptionKey("DEFAULT", name))
                        : List.of(new OptionKey(name.substring(0, dot), name.substring(dot + 1)));
        return candidates.stream().filter(options::containsKey).findFirst().orElse(null);
    }
}
