package mirage.glance.metrics;

import mirage.config.ConfigOption;
import mirage.config.OptionGroup;
import mirage.config.OptionType;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** Options of the metrics. */
public final class MetricsOptions {
    public static final ConfigOption<Optional<InetSocketAddress>> BIND =
            ConfigOption.optional(
                            "DEFAULT",
                            "metrics_bind",
                            OptionType.address(),
                            """
                            Where Prometheus finds the metrics, as http://HOST:PORT/metrics. Whoever reaches it may read
                            them. Left out: nowhere.
                            """)
                    .example("127.0.0.1:9293");

    public static final List<OptionGroup> GROUPS = List.of(OptionGroup.of("Metrics", BIND));

    private MetricsOptions() {}
}
