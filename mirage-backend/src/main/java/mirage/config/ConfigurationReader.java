package mirage.config;

import mirage.config.Configuration.OptionKey;
import mirage.config.Configuration.Setting;
import mirage.config.IniFile.Assignment;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a {@link Configuration}. What counts, the strongest first: overrides (flags of the command line), files (of two
 * that set an option, the later), fallbacks (the environment), defaults.
 *
 * <p>{@link #read} goes on after a problem and names all of them.
 */
public final class ConfigurationReader {
    private final ConfigSchema schema;
    private final SecretSource secrets;
    private final List<Assignment> assignments = new ArrayList<>();
    private final List<Assignment> fallbacks = new ArrayList<>();
    private final List<Assignment> overrides = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param environment of the process, for the credentials of systemd
     */
    public ConfigurationReader(ConfigSchema schema, Map<String, String> environment) {
        this.schema = schema;
        this.secrets = new SecretSource(environment);
    }

    /** Adds a file, which must be there. */
    public ConfigurationReader file(Path file) {
        assignments.addAll(IniFile.read(file, problems));
        return this;
    }

    /** Adds the files of a directory that end in {@code .conf}, in the order of their names. */
    public ConfigurationReader directory(Path directory) {
        Set<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.conf")) {
            found.forEach(files::add);
        } catch (IOException | DirectoryIteratorException unreadable) {
            problems.add(directory + ": a directory of files expected: " + unreadable);
        }
        files.forEach(this::file);
        return this;
    }

    /** Sets an option where no file does. */
    public ConfigurationReader fallback(ConfigOption<?> option, String text, String place) {
        fallbacks.add(new Assignment(option.section(), option.name(), text, place));
        return this;
    }

    /** Sets an option, whatever files say. */
    public ConfigurationReader override(ConfigOption<?> option, String text, String place) {
        overrides.add(new Assignment(option.section(), option.name(), text, place));
        return this;
    }

    /**
     * Puts together what was added.
     *
     * @throws ConfigException with everything that is wrong
     */
    public Configuration read() throws ConfigException {
        Map<OptionKey, List<Assignment>> written = written();
        Map<OptionKey, ConfigOption<?>> options = new LinkedHashMap<>();
        schema.sections()
                .forEach((section, known) ->
                        known.forEach((name, option) ->
                                options.put(new OptionKey(section, name), option)));
        Map<OptionKey, Setting> settings = new LinkedHashMap<>();
        resolve(options, written, settings);
        Map<OptionKey, ConfigOption<?>> named = namedSections(settings);
        Map<OptionKey, ConfigOption<?>> all = new LinkedHashMap<>(options);
        all.putAll(named);
        all.putAll(familySections());
        refuseUnknown(all);
        resolve(all, written, settings);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.stream().distinct().toList());
        }
        return new Configuration(settings, null);
    }

    private Map<OptionKey, List<Assignment>> written() {
        Map<OptionKey, List<Assignment>> written = new HashMap<>();
        for (Assignment assignment : assignments) {
            written.computeIfAbsent(keyOf(assignment), _ -> new ArrayList<>()).add(assignment);
        }
        for (Assignment fallback : fallbacks) {
            written.putIfAbsent(keyOf(fallback), List.of(fallback));
        }
        for (Assignment override : overrides) {
            written.put(keyOf(override), List.of(override));
        }
        return written;
    }

    private static OptionKey keyOf(Assignment assignment) {
        return new OptionKey(assignment.section(), assignment.name());
    }

    private Map<OptionKey, ConfigOption<?>> namedSections(Map<OptionKey, Setting> settings) {
        Map<OptionKey, ConfigOption<?>> named = new LinkedHashMap<>();
        Set<ConfigOption<Map<String, String>>> lists = new LinkedHashSet<>();
        schema.templates().forEach(template -> lists.add(template.names()));
        for (ConfigOption<Map<String, String>> list : lists) {
            Configuration sofar = new Configuration(settings, null);
            if (!settings.containsKey(new OptionKey(list.section(), list.name()))) {
                continue; // its value is one of the problems already
            }
            sofar.get(list)
                    .forEach((section, kind) -> {
                        Map<String, ConfigOption<?>> options = schema.namedSection(list, kind);
                        if (options == null) {
                            problems.add(
                                    sofar.placeOf(list)
                                            + ": "
                                            + section
                                            + " is of a kind that there is not: "
                                            + kind
                                            + meant(kind, schema.kinds(list)));
                        } else if (schema.sections().containsKey(section)) {
                            problems.add(
                                    sofar.placeOf(list)
                                            + ": ["
                                            + section
                                            + "] has another meaning, choose another name");
                        } else {
                            options.forEach((name, option) ->
                                    named.put(new OptionKey(section, name), option));
                        }
                    });
        }
        return named;
    }

    private Map<OptionKey, ConfigOption<?>> familySections() {
        Map<OptionKey, ConfigOption<?>> found = new LinkedHashMap<>();
        for (SectionFamily family : schema.families()) {
            for (Assignment assignment : assignments) {
                if (family.has(assignment.section())) {
                    for (ConfigOption<?> option : family.options()) {
                        found.put(new OptionKey(assignment.section(), option.name()), option);
                    }
                }
            }
        }
        return found;
    }

    private void refuseUnknown(Map<OptionKey, ConfigOption<?>> known) {
        Map<String, Set<String>> names = new LinkedHashMap<>();
        known.keySet()
                .forEach(key ->
                        names.computeIfAbsent(key.section(), _ -> new TreeSet<>()).add(key.name()));
        for (Assignment assignment : assignments) {
            Set<String> section = names.get(assignment.section());
            if (section == null) {
                problems.add(
                        assignment.place()
                                + ": there is no section ["
                                + assignment.section()
                                + "]"
                                + meant(assignment.section(), names.keySet()));
            } else if (!section.contains(assignment.name())) {
                problems.add(
                        assignment.place()
                                + ": ["
                                + assignment.section()
                                + "] has no option "
                                + assignment.name()
                                + meantInAnySection(assignment, names));
            }
        }
    }

    private static String meantInAnySection(Assignment assignment, Map<String, Set<String>> names) {
        for (Map.Entry<String, Set<String>> section : names.entrySet()) {
            if (section.getValue().contains(assignment.name())) {
                return ", but [" + section.getKey() + "] has";
            }
        }
        return meant(assignment.name(), Objects.requireNonNull(names.get(assignment.section())));
    }

    private static String meant(String wrong, Set<String> known) {
        String nearest = Nearest.to(wrong, known);
        return nearest == null ? "" : ", did you mean " + nearest + "?";
    }

    private void resolve(
            Map<OptionKey, ConfigOption<?>> options,
            Map<OptionKey, List<Assignment>> written,
            Map<OptionKey, Setting> settings) {
        Substitution substitution = new Substitution(options, written);
        options.forEach((key, option) -> {
            Setting setting =
                    resolve(key, option, written.getOrDefault(key, List.of()), substitution);
            if (setting != null) {
                settings.put(key, setting);
            }
        });
    }

    /** Null when the value is a problem. */
    private @Nullable Setting resolve(
            OptionKey key,
            ConfigOption<?> option,
            List<Assignment> written,
            Substitution substitution) {
        String place = written.isEmpty() ? null : written.getLast().place();
        List<String> texts = new ArrayList<>();
        List<String> raws = substitution.rawOf(option, written);
        for (String raw : raws) {
            try {
                String text = substitution.expand(raw, key);
                texts.add(option.type().isSecret() ? secrets.resolve(text) : text);
            } catch (IOException | IllegalArgumentException wrong) {
                problems.add(at(place) + key + ": " + wrong.getMessage());
                return null;
            }
        }
        try {
            return new Setting(option, key.section(), option.read(texts), raws, place);
        } catch (IllegalArgumentException wrong) {
            String found =
                    option.type().isSecret()
                            ? "something else"
                            : "\"" + String.join("\", \"", texts) + "\"";
            problems.add(
                    at(place)
                            + key
                            + ": "
                            + option.type().expected()
                            + " expected, found "
                            + found);
            return null;
        }
    }

    private static String at(@Nullable String place) {
        return place == null ? "" : place + ": ";
    }
}
