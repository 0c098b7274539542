package mirage.config;

import java.util.List;
import java.util.Map;

/**
 * Options of sections whose names the operator chooses. With {@code enabled_backends = fast:mirage, web:http} the
 * template of kind {@code mirage} is for the section {@code [fast]}, the one of kind {@code http} for {@code [web]}.
 * Values are asked for by {@link Configuration#in}: {@code configuration.in("fast").get(WEIGHT)}.
 *
 * @param title a heading for operators
 * @param placeholder the section that its options name, such as {@code <store>}
 * @param names the option that names the sections, and for each its kind
 * @param kind of the sections that this template is for
 */
public record SectionTemplate(
        String title,
        String placeholder,
        ConfigOption<Map<String, String>> names,
        String kind,
        List<ConfigOption<?>> options) {

    static final String PLACEHOLDER_START = "<";

    public SectionTemplate {
        if (!placeholder.startsWith(PLACEHOLDER_START)) {
            throw new IllegalArgumentException("<NAME> expected, found " + placeholder);
        }
        options = List.copyOf(options);
        for (ConfigOption<?> option : options) {
            if (!option.section().equals(placeholder)) {
                throw new IllegalArgumentException(
                        option + " is not of the section " + placeholder);
            }
        }
    }
}
