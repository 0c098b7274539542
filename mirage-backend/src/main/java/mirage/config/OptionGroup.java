package mirage.config;

import java.util.List;

/**
 * The options of one component, in the order of its documentation.
 *
 * @param title a heading for operators, such as {@code Tokens from Keystone}
 * @param options may stand in several sections
 */
public record OptionGroup(String title, List<ConfigOption<?>> options) {
    public OptionGroup {
        options = List.copyOf(options);
    }

    public static OptionGroup of(String title, ConfigOption<?>... options) {
        return new OptionGroup(title, List.of(options));
    }
}
