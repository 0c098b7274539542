package mirage.agent.run;

import mirage.agent.build.CannotMakeException;
import mirage.agent.build.ImageBuilder;
import mirage.agent.build.RawDisk;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.measure.Measures.Phase;
import mirage.agent.nova.BaseDirectory;
import mirage.agent.nova.BaseDirectory.Seeded;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;

/** Makes images ready on this host before somebody asks for them. */
final class Ready {
    private static final Logger LOG = LoggerFactory.getLogger(Ready.class);
    private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

    private final ImageBuilder builder;
    private final Shelf shelf;
    private final @Nullable BaseDirectory bases;
    private final Measures measures;

    Ready(ImageBuilder builder, Shelf shelf, @Nullable BaseDirectory bases, Measures measures) {
        this.builder = builder;
        this.shelf = shelf;
        this.bases = bases;
        this.measures = measures;
    }

    /** How it went. */
    enum Result {
        /** It was ready. */
        THERE,
        /** It is ready now. */
        DONE,
        /** Nova is fetching it. */
        BUSY,
        /** Nova would not take its disk for what it is. */
        UNSUITABLE
    }

    /**
     * Makes an image ready: as Nova's base, or on the shelf where there is no Nova.
     *
     * @param whole whether it may be downloaded whole when no delta will do
     * @throws CannotMakeException when it cannot be made
     */
    Result make(ImageId image, Caller caller, boolean whole) throws IOException {
        if (bases != null && bases.has(image)) {
            return Result.THERE;
        }
        Held disk =
                whole
                        ? builder.makeOrFetch(image, caller, bases != null)
                        : builder.make(image, ImageView.DISK, caller);
        if (bases == null) {
            return Result.DONE;
        }
        try {
            return seed(disk, bases);
        } catch (NoSuchFileException taken) {
            if (bases.has(image)) {
                return Result.THERE; // by another thread, which took it from the shelf for that
            }
            throw taken;
        }
    }

    private Result seed(Held disk, BaseDirectory bases) throws IOException {
        ImageId image = disk.image();
        if (!RawDisk.isPlain(disk.file())) {
            LOG.warn("image {}: its disk looks like something else, Nova would refuse it", image);
            return Result.UNSUITABLE;
        }
        long start = System.nanoTime();
        Seeded seeded = bases.seed(disk, shelf, LOCK_WAIT);
        measures.took(Phase.SEED, Duration.ofNanos(System.nanoTime() - start));
        LOG.info("image {}: base {}", image, seeded);
        return switch (seeded) {
            case DONE -> Result.DONE;
            case THERE -> Result.THERE;
            case BUSY -> Result.BUSY;
        };
    }
}
