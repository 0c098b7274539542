package mirage.config;

import java.io.IOException;
import java.util.List;

/**
 * The configuration cannot be used. Every problem that was found is named, each on a line of its own that begins with
 * its place, such as {@code /etc/mirage/mirage.conf:12}.
 */
public final class ConfigException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    /**
     * @param problems at least one
     */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(String problem) {
        this(List.of(problem));
    }

    public List<String> problems() {
        return problems;
    }
}
