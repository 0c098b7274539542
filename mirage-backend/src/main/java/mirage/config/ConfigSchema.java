package mirage.config;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Every option that there is. */
public final class ConfigSchema {
    private final List<OptionGroup> groups;
    private final List<SectionTemplate> templates;
    private final List<SectionFamily> families;
    private final Map<String, Map<String, ConfigOption<?>>> sections = new LinkedHashMap<>();

    private ConfigSchema(
            List<OptionGroup> groups,
            List<SectionTemplate> templates,
            List<SectionFamily> families) {
        this.groups = List.copyOf(groups);
        this.templates = List.copyOf(templates);
        this.families = List.copyOf(families);
        for (OptionGroup group : groups) {
            for (ConfigOption<?> option : group.options()) {
                Map<String, ConfigOption<?>> section =
                        sections.computeIfAbsent(option.section(), _ -> new LinkedHashMap<>());
                if (section.putIfAbsent(option.name(), option) != null) {
                    throw new IllegalArgumentException(option + " is declared twice");
                }
            }
        }
    }

    /**
     * Puts together what the components declare.
     *
     * @throws IllegalArgumentException when an option is declared twice
     */
    public static ConfigSchema of(
            List<OptionGroup> groups,
            List<SectionTemplate> templates,
            List<SectionFamily> families) {
        return new ConfigSchema(groups, templates, families);
    }

    public static ConfigSchema of(OptionGroup... groups) {
        return new ConfigSchema(List.of(groups), List.of(), List.of());
    }

    List<OptionGroup> groups() {
        return groups;
    }

    List<SectionTemplate> templates() {
        return templates;
    }

    List<SectionFamily> families() {
        return families;
    }

    /** Sections that are there whatever the files say, with their options by name. */
    Map<String, Map<String, ConfigOption<?>>> sections() {
        return sections;
    }

    /** The kinds of sections that an option can name. */
    Set<String> kinds(ConfigOption<Map<String, String>> names) {
        Set<String> kinds = new TreeSet<>();
        for (SectionTemplate template : templates) {
            if (template.names() == names) {
                kinds.add(template.kind());
            }
        }
        return kinds;
    }

    /** Options of a section that the operator named, null when no template is for this kind. */
    @Nullable Map<String, ConfigOption<?>> namedSection(
            ConfigOption<Map<String, String>> names, String kind) {
        Map<String, ConfigOption<?>> options = null;
        for (SectionTemplate template : templates) {
            if (template.names() == names && template.kind().equals(kind)) {
                options = options == null ? new HashMap<>() : options;
                for (ConfigOption<?> option : template.options()) {
                    options.put(option.name(), option);
                }
            }
        }
        return options;
    }
}
