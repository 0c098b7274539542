package mirage.config;

import java.util.List;

/**
 * Options of sections that are there as soon as a file has them, and whose names begin alike: {@code [cors.wiki]} and
 * {@code [cors.billing]} are of the family {@code cors.}. Which there are says {@link Configuration#sectionsOf}; values
 * are asked for by {@link Configuration#in}.
 *
 * @param title a heading for operators
 * @param prefix what the names begin with; something follows it
 * @param options of the section {@link #placeholder}
 */
public record SectionFamily(String title, String prefix, List<ConfigOption<?>> options) {
    private static final String NAME = "NAME";

    public SectionFamily {
        options = List.copyOf(options);
        for (ConfigOption<?> option : options) {
            if (!option.section().equals(placeholder(prefix))) {
                throw new IllegalArgumentException(
                        option + " is not of the section " + placeholder(prefix));
            }
        }
    }

    /** The section that the options of a family name. */
    public static String placeholder(String prefix) {
        return SectionTemplate.PLACEHOLDER_START + prefix + NAME + ">";
    }

    /** What stands for the sections in documentation. */
    String exampleSection() {
        return prefix + NAME;
    }

    boolean has(String section) {
        return section.startsWith(prefix) && section.length() > prefix.length();
    }
}
