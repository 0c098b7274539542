package mirage.log;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.util.List;
import java.util.Map;

/** Options of the logs. */
public final class LogOptions {
    private static final String DEFAULT = "DEFAULT";

    enum Format {
        TEXT,
        JSON
    }

    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    static final ConfigOption<Format> FORMAT =
            ConfigOption.of(
                    DEFAULT,
                    "log_format",
                    OptionType.choice(Format.class),
                    "text",
                    """
                    What lines on standard error look like: text, for people; json, an object each, for programs that
                    collect logs.
                    """);

    static final ConfigOption<Level> LEVEL =
            ConfigOption.of(
                    DEFAULT,
                    "log_level",
                    OptionType.choice(Level.class),
                    "info",
                    """
                    How much Mirage itself logs. The libraries in it log from warn on. A change is taken in on SIGHUP.
                    """);

    static final ConfigOption<Map<String, Level>> LOGGER_LEVELS =
            ConfigOption.of(
                            DEFAULT,
                            "logger_levels",
                            OptionType.map(OptionType.choice(Level.class)),
                            "",
                            """
                            Loggers, with all below them, that log more or less than the rest. A change is taken in on
                            SIGHUP.
                            """)
                    .example("mirage.glance.access:warn, org.eclipse.jetty:debug");

    public static final List<OptionGroup> GROUPS =
            List.of(OptionGroup.of("Logs", FORMAT, LEVEL, LOGGER_LEVELS));

    private LogOptions() {}
}
