package mirage.glance.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import mirage.library.LibraryStatistics;
import mirage.library.MirageLibrary;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.function.ToLongFunction;

/**
 * What the library holds and takes. Counting looks at every manifest's file, so it is done once a minute at the most,
 * when somebody asks.
 */
final class LibraryMetrics implements MeterBinder {
    private static final Logger LOG = LoggerFactory.getLogger(LibraryMetrics.class);
    private static final long GOOD_FOR_NANOS = Duration.ofMinutes(1).toNanos();

    private final String store;
    private final MirageLibrary library;
    private @Nullable LibraryStatistics counted;
    private long countedAt;

    /**
     * @param store whose library it is, in the label {@code store}
     */
    LibraryMetrics(String store, MirageLibrary library) {
        this.store = store;
        this.library = library;
    }

    /** What the libraries of a process share. */
    static MeterBinder ofProcess() {
        return registry ->
                Gauge.builder(
                                "mirage.library.images.waiting",
                                MirageLibrary::imagesWaitingForMemory)
                        .description("Images that wait until there is memory to take them apart")
                        .register(registry);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(
                registry,
                "mirage.library.images",
                "Images in the library",
                LibraryStatistics::images);
        gauge(
                registry,
                "mirage.library.images.spooled",
                "Images that wait to be taken apart",
                LibraryStatistics::spooledImages);
        gauge(
                registry,
                "mirage.library.uploaded.bytes",
                "All images as they were uploaded",
                LibraryStatistics::uploadedBytes);
        gauge(
                registry,
                "mirage.library.unique.bytes",
                "All chunks before compression",
                LibraryStatistics::uniqueBytes);
        gauge(
                registry,
                "mirage.library.stored.bytes",
                "What the images take: packs, manifests and index",
                LibraryStatistics::storedBytes);
        gauge(
                registry,
                "mirage.library.spool.bytes",
                "Uploads on their way in",
                LibraryStatistics::spoolBytes);
        gauge(registry, "mirage.library.chunks", "Chunks", LibraryStatistics::chunks);
        gauge(registry, "mirage.library.packs", "Packs", LibraryStatistics::packs);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToLongFunction<LibraryStatistics> fact) {
        Gauge.builder(name, this, library -> library.value(fact))
                .description(description)
                .tag("store", store)
                .strongReference(true)
                .register(registry);
    }

    private synchronized double value(ToLongFunction<LibraryStatistics> fact) {
        long now = System.nanoTime();
        if (counted == null || now - countedAt > GOOD_FOR_NANOS) {
            countedAt = now;
            try {
                counted = library.statistics();
            } catch (IOException | RuntimeException failure) {
                LOG.warn("the library cannot be counted", failure);
            }
        }
        return counted == null ? Double.NaN : fact.applyAsLong(counted);
    }
}
