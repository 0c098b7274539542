package mirage.glance.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import mirage.glance.http.Endpoint;
import mirage.glance.http.HttpFailure;

import java.util.List;
import java.util.Map;

/** Every meter of the process: those of the Java machine and of the process, and what components bind. */
public final class Metrics implements AutoCloseable {
    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final List<String> PATH = List.of("metrics");

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * @param version of the program
     * @param node name of this process among others
     */
    public Metrics(String version, String node) {
        bind(new JvmMemoryMetrics());
        bind(new JvmThreadMetrics());
        bind(new ClassLoaderMetrics());
        bind(collections);
        bind(new ProcessorMetrics());
        bind(new FileDescriptorMetrics());
        bind(new UptimeMetrics());
        Gauge.builder("mirage.build.info", () -> 1)
                .description("What runs, in its labels")
                .tag("version", version)
                .tag("java", Runtime.version().toString())
                .tag("node", node)
                .register(registry);
    }

    /** Adds what a component measures. */
    public void bind(MeterBinder meters) {
        meters.bindTo(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** Answers {@code GET /metrics} in the text format of Prometheus. */
    public Endpoint endpoint() {
        return exchange -> {
            if (!exchange.path().equals(PATH)) {
                throw HttpFailure.notFound("The metrics are at /metrics.");
            }
            if (!exchange.method().equals("GET")) {
                throw new HttpFailure(405, "Only GET is allowed here.", Map.of("Allow", "GET"));
            }
            exchange.answer(200, CONTENT_TYPE, registry.scrape(CONTENT_TYPE));
        };
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
