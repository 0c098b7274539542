package mirage.config;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What is set, by option. Complete and valid: {@link ConfigurationReader} refuses everything else. */
public final class Configuration {
    private final Map<OptionKey, Setting> settings;
    private final @Nullable String named;

    Configuration(Map<OptionKey, Setting> settings, @Nullable String named) {
        this.settings = settings;
        this.named = named;
    }

    /** Where an option stands. */
    record OptionKey(String section, String name) {
        @Override
        public String toString() {
            return "[" + section + "] " + name;
        }
    }

    /**
     * An option with its value.
     *
     * @param option whose section is a placeholder for one of a {@link SectionTemplate}
     * @param section that it stands in
     * @param value what {@link Configuration#get} gives
     * @param written the value as it was written, or the default
     * @param place where it was set, such as {@code mirage.conf:12} or {@code --listen}; null for the default
     */
    record Setting(
            ConfigOption<?> option,
            String section,
            Object value,
            List<String> written,
            @Nullable String place) {

        /** An empty text is what it is to write none. */
        private boolean isChange() {
            return place != null
                    && !String.join("\n", written).equals(String.join("\n", option.defaultTexts()));
        }

        private String describe() {
            String byDefault = option.defaultText();
            return place
                    + ": ["
                    + section
                    + "] "
                    + option.name()
                    + " = "
                    + shown()
                    + (byDefault == null || byDefault.isEmpty()
                            ? ""
                            : " (default " + byDefault + ")");
        }

        String shown() {
            return option.type().isSecret() ? "***" : String.join(", ", written).replace("\n", " ");
        }
    }

    /** Every option as it is by default. */
    public static Configuration defaults(ConfigSchema schema) {
        try {
            return new ConfigurationReader(schema, Map.of()).read();
        } catch (ConfigException wrong) {
            throw new IllegalArgumentException("the defaults are not valid", wrong);
        }
    }

    /**
     * The value of an option.
     *
     * @throws IllegalArgumentException for an option that the schema has not: its component forgot to list it
     */
    // The reader of this very option made the value.
    @SuppressWarnings("unchecked")
    public <T> T get(ConfigOption<T> option) {
        return (T) setting(option).value();
    }

    /**
     * The value of an option that may be left out, where it may not.
     *
     * @throws ConfigException when it is left out, with words for the operator
     */
    public <T> T require(ConfigOption<Optional<T>> option) throws ConfigException {
        Optional<T> value = get(option);
        if (value.isEmpty()) {
            throw new ConfigException(keyOf(option) + " must be set");
        }
        return value.get();
    }

    /** The sections of a family that files have, by their names. */
    public List<String> sectionsOf(SectionFamily family) {
        return settings.keySet().stream()
                .map(OptionKey::section)
                .filter(family::has)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * For options of {@link SectionTemplate}s and {@link SectionFamily}s, this section's values; for all others the same
     * as here.
     */
    public Configuration in(String section) {
        return new Configuration(settings, section);
    }

    /** Where an option was set, such as {@code /etc/mirage/mirage.conf:12} or {@code --listen}; for messages. */
    public String placeOf(ConfigOption<?> option) {
        String place = setting(option).place();
        return (place == null ? "default" : place) + ": " + keyOf(option);
    }

    /** Whether something else than the default may be meant: it was set somewhere. */
    public boolean isSet(ConfigOption<?> option) {
        return setting(option).place() != null;
    }

    /** Options whose written values are others there than here, those of named sections aside. */
    public Stream<ConfigOption<?>> differencesFrom(Configuration other) {
        return settings.entrySet().stream()
                .filter(mine -> {
                    Setting theirs = other.settings.get(mine.getKey());
                    return theirs == null || !theirs.written().equals(mine.getValue().written());
                })
                .<ConfigOption<?>>map(mine -> mine.getValue().option());
    }

    /** What is not as it is by default, a line each: {@code mirage.conf:12: [DEFAULT] bind_port = 80 (default 9292)}. */
    public List<String> describeChanges() {
        return settings.values().stream().filter(Setting::isChange).map(Setting::describe).toList();
    }

    /** All settings, in the order of the schema. */
    List<Setting> settings() {
        return List.copyOf(settings.values());
    }

    private Setting setting(ConfigOption<?> option) {
        Setting setting = settings.get(keyOf(option));
        if (setting == null) {
            throw new IllegalArgumentException(keyOf(option) + " is not in the schema");
        }
        return setting;
    }

    private OptionKey keyOf(ConfigOption<?> option) {
        boolean placeholder = option.section().startsWith(SectionTemplate.PLACEHOLDER_START);
        return new OptionKey(
                placeholder && named != null ? named : option.section(), option.name());
    }
}
