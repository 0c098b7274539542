package mirage.glance.identity.remote;

import mirage.config.ConfigException;
import mirage.config.ConfigOption;
import mirage.config.Configuration;
import mirage.config.OptionType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Options of a section that say how a service is reached: those of keystonemiddleware, by the same names. */
public final class ConnectionOptions {
    private static final int MAX_RETRIES = 100;

    private final ConfigOption<Optional<Path>> caFile;
    private final ConfigOption<Boolean> insecure;
    private final ConfigOption<Duration> timeout;
    private final ConfigOption<Integer> retries;

    public ConnectionOptions(String section) {
        caFile =
                ConfigOption.optional(
                                section,
                                "cafile",
                                OptionType.path(),
                                """
                                PEM file with the authorities that the service's certificate may come from. Left out:
                                those of the Java runtime.
                                """)
                        .example("/etc/ssl/certs/ca-certificates.crt");
        insecure =
                ConfigOption.of(
                        section,
                        "insecure",
                        OptionType.flag(),
                        "false",
                        "Whether any certificate will do. For tests: whoever sits between reads every token.");
        timeout =
                ConfigOption.of(
                        section,
                        "http_connect_timeout",
                        OptionType.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
                        "30s",
                        "How long one try may take, from the first packet to the end of the answer.");
        retries =
                ConfigOption.of(
                        section,
                        "http_request_max_retries",
                        OptionType.integer(0, MAX_RETRIES),
                        "3",
                        "How many more times a connection is tried that cannot be made or breaks.");
    }

    public List<ConfigOption<?>> all() {
        return List.of(caFile, insecure, timeout, retries);
    }

    /** The connection that the options describe. */
    public Connection connection(Configuration configuration) throws ConfigException {
        boolean any = configuration.get(insecure);
        if (any && configuration.get(caFile).isPresent()) {
            throw new ConfigException(
                    configuration.placeOf(insecure) + ": of no use together with cafile");
        }
        return new Connection(
                configuration.get(caFile).orElse(null),
                any,
                configuration.get(timeout),
                configuration.get(retries));
    }
}
