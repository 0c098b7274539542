package mirage.config;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A declared option. Constants of the component that asks for it.
 *
 * @param <T> what {@link Configuration#get} gives for it
 */
public final class ConfigOption<T> {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final String FIRST_RELEASE = "0.1";

    private final String section;
    private final String name;
    private final OptionType<?> type;
    private final @Nullable String defaultText;
    private final boolean repeated;
    private final String help;
    private final String since;
    private final @Nullable String example;
    private final Function<List<String>, T> reader;

    private ConfigOption(
            String section,
            String name,
            OptionType<?> type,
            @Nullable String defaultText,
            boolean repeated,
            String help,
            String since,
            @Nullable String example,
            Function<List<String>, T> reader) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name of an option: " + name);
        }
        this.section = section;
        this.name = name;
        this.type = type;
        this.defaultText = defaultText;
        this.repeated = repeated;
        this.help = help.strip();
        this.since = since;
        this.example = example;
        this.reader = reader;
    }

    /**
     * An option that has a value always.
     *
     * @param section in whose brackets it stands, such as {@code DEFAULT}
     * @param defaultText as an operator would write it; may name other options as {@code $name}
     * @param help for operators: what it does, and when one would change it
     */
    public static <T> ConfigOption<T> of(
            String section, String name, OptionType<T> type, String defaultText, String help) {
        if (!defaultText.contains("$")) {
            type.parse(defaultText);
        }
        return new ConfigOption<>(
                section,
                name,
                type,
                defaultText,
                false,
                help,
                FIRST_RELEASE,
                null,
                values -> type.parse(values.getLast()));
    }

    /** An option that may be left out, which means something that no value of it means. */
    public static <T> ConfigOption<Optional<T>> optional(
            String section, String name, OptionType<T> type, String help) {
        return new ConfigOption<>(
                section,
                name,
                type,
                null,
                false,
                help,
                FIRST_RELEASE,
                null,
                // Written with nothing behind it, it is left out too: so a later file takes it
                // back.
                values ->
                        values.isEmpty() || values.getLast().isEmpty()
                                ? Optional.empty()
                                : Optional.of(type.parse(values.getLast())));
    }

    /** An option that is written once for each of its values, in one file or in several. An empty one is none. */
    public static <T> ConfigOption<List<T>> repeated(
            String section, String name, OptionType<T> type, String help) {
        return new ConfigOption<>(
                section,
                name,
                type,
                null,
                true,
                help,
                FIRST_RELEASE,
                null,
                values ->
                        values.stream()
                                .filter(value -> !value.isEmpty())
                                .map(type::parse)
                                .toList());
    }

    /** With the release that brought it, when that is not the first. */
    public ConfigOption<T> since(String release) {
        return new ConfigOption<>(
                section, name, type, defaultText, repeated, help, release, example, reader);
    }

    /** With a value to show in the documentation. */
    public ConfigOption<T> example(String text) {
        type.parse(text);
        return new ConfigOption<>(
                section, name, type, defaultText, repeated, help, since, text, reader);
    }

    /**
     * The section that it stands in, or of an option of a {@link SectionTemplate} or a {@link SectionFamily} the
     * placeholder for it.
     */
    public String section() {
        return section;
    }

    public String name() {
        return name;
    }

    OptionType<?> type() {
        return type;
    }

    /** As an operator would write it, null when it is left out or a list of nothing by default. */
    @Nullable String defaultText() {
        return defaultText;
    }

    List<String> defaultTexts() {
        return defaultText == null ? List.of() : List.of(defaultText);
    }

    boolean isRepeated() {
        return repeated;
    }

    String help() {
        return help;
    }

    String sinceRelease() {
        return since;
    }

    @Nullable String exampleText() {
        return example;
    }

    /**
     * The value that these texts stand for, in their order.
     *
     * @throws IllegalArgumentException when one is no value
     */
    T read(List<String> texts) {
        return reader.apply(texts);
    }

    /** As messages name it: {@code [section] name}. */
    @Override
    public String toString() {
        return "[" + section + "] " + name;
    }
}
