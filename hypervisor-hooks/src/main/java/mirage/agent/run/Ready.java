package mirage.agent.run;

import mirage.agent.build.CannotMakeException;
import mirage.agent.build.ImageBuilder;
import mirage.agent.build.RawDisk;
import mirage.agent.deploy.Caller;
import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.measure.Measures.Cause;
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

    private final ImageBuilder builder;
    private final Shelf shelf;
    private final @Nullable BaseDirectory bases;
    private final Inventory inventory;
    private final Measures measures;
    private final long budget;

    /** Bytes of what is being put among the bases, so that two do not take the same room. */
    private long promised;

    /**
     * @param budget bytes that bases may have together which Nova has not used yet
     */
    Ready(
            ImageBuilder builder,
            Shelf shelf,
            @Nullable BaseDirectory bases,
            Inventory inventory,
            Measures measures,
            long budget) {
        this.builder = builder;
        this.shelf = shelf;
        this.bases = bases;
        this.inventory = inventory;
        this.measures = measures;
        this.budget = budget;
    }

    /** How it went. */
    enum Result {
        /** It was ready. */
        THERE,
        /** It is ready now. */
        DONE,
        /** Nova is fetching it. */
        BUSY,
        /** It was revoked while it was made. */
        REVOKED,
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
        if (bases == null) {
            made(image, caller, whole);
            return Result.DONE;
        }
        if (bases.has(image)) {
            return Result.THERE;
        }
        int removals = bases.removals(image);
        Held before = inventory.onShelf(image, ImageView.DISK);
        requireRoom(before == null ? 1 : before.cost(), bases);
        Held disk = made(image, caller, whole);
        try {
            return seed(disk, removals, bases);
        } catch (NoSuchFileException taken) {
            if (bases.has(image)) {
                return Result.THERE; // by another thread, which took it from the shelf for that
            }
            throw taken;
        }
    }

    private Held made(ImageId image, Caller caller, boolean whole) throws IOException {
        return whole
                ? builder.makeOrFetch(image, caller, bases != null)
                : builder.make(image, ImageView.DISK, caller);
    }

    /** What nobody asked for must not take the disk from the guests. */
    private synchronized void requireRoom(long bytes, BaseDirectory bases) throws IOException {
        long unused = bases.unusedBytes() + promised;
        if (bytes > budget - unused) {
            throw new CannotMakeException(
                    Cause.ROOM,
                    "bases that were not used yet have "
                            + unused
                            + " bytes, more are over the budget of "
                            + budget);
        }
    }

    private Result seed(Held disk, int removals, BaseDirectory bases) throws IOException {
        ImageId image = disk.image();
        if (!RawDisk.isPlain(disk.file())) {
            LOG.warn("image {}: its disk looks like something else, Nova would refuse it", image);
            return Result.UNSUITABLE;
        }
        promise(disk.cost(), bases);
        Seeded seeded;
        try {
            long start = System.nanoTime();
            seeded = bases.seed(disk, removals, shelf);
            measures.took(Phase.SEED, Duration.ofNanos(System.nanoTime() - start));
        } finally {
            promise(-disk.cost());
        }
        LOG.info("image {}: base {}", image, seeded);
        return switch (seeded) {
            case DONE -> Result.DONE;
            case THERE -> Result.THERE;
            case BUSY -> Result.BUSY;
            case OVERTAKEN -> Result.REVOKED;
        };
    }

    private synchronized void promise(long bytes, BaseDirectory bases) throws IOException {
        requireRoom(bytes, bases);
        promise(bytes);
    }

    private synchronized void promise(long bytes) {
        promised += bytes;
    }
}
