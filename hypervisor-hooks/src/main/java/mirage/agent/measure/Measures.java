package mirage.agent.measure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Counts and times. Safe for use by many threads. */
public final class Measures implements AutoCloseable {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter fetched =
            counter(
                    "mirage.agent.fetched.bytes",
                    "Bytes of deltas and images that came from the service");
    private final Counter copied =
            counter(
                    "mirage.agent.copied.bytes",
                    "Bytes of images made here that came from what this host held");
    private final Counter saved =
            counter(
                    "mirage.agent.saved.bytes",
                    "What the images made here would have taken to download, less what was fetched");

    /** How an image was asked for ended up. */
    public enum Outcome {
        /** Made of a base and a delta. */
        MADE,
        /** It was there already. */
        HELD,
        /** Downloaded whole, for a pull. */
        DOWNLOADED,
        /** Not made. */
        FAILED
    }

    /** Why an image was not made here, and the request went to the service. */
    public enum Cause {
        /** This host holds no image that would help. */
        NO_BASE,
        /** The delta would be too great a share of the image. */
        NOT_WORTHWHILE,
        /** The service has no deploy API, or no delta for this. */
        NOT_OFFERED,
        /** The service did not answer, or not in time. */
        SERVICE,
        /** What came is not a delta for this. */
        DELTA,
        /** The base was damaged, or went away. */
        BASE,
        /** No room on the disk. */
        ROOM,
        /** What this host's disk should have cannot be read or written. */
        DISK,
        /** It took too long. */
        LATE,
        /** Anything else: see the log. */
        OTHER
    }

    /** A part of the work. */
    public enum Phase {
        PLAN,
        FETCH,
        APPLY,
        SERVE,
        SEED
    }

    public Measures() {
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    public void fetched(long bytes) {
        fetched.increment(bytes);
    }

    public void copied(long bytes) {
        copied.increment(bytes);
    }

    public void saved(long bytes) {
        saved.increment(Math.max(0, bytes));
    }

    public void ended(Outcome outcome) {
        Counter.builder("mirage.agent.builds")
                .description("Images that were to be made here, by how that ended")
                .tag("outcome", text(outcome))
                .register(registry)
                .increment();
    }

    public void fellBack(Cause cause) {
        Counter.builder("mirage.agent.fallbacks")
                .description("Images that were not made here, by why")
                .tag("cause", text(cause))
                .register(registry)
                .increment();
    }

    public void took(Phase phase, Duration time) {
        Timer.builder("mirage.agent.phase")
                .description("Time by part of the work")
                .tag("phase", text(phase))
                .register(registry)
                .record(time);
    }

    /** Shows a number as it is when it is asked for. */
    public void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value, LongSupplier::getAsLong)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** Everything, in the text format of Prometheus. */
    public String scrape() {
        return registry.scrape(CONTENT_TYPE);
    }

    public long fetchedBytes() {
        return (long) fetched.count();
    }

    public long copiedBytes() {
        return (long) copied.count();
    }

    public long savedBytes() {
        return (long) saved.count();
    }

    @Override
    public void close() {
        registry.close();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
