package mirage.filesystem;

import mirage.bytes.MemoryPool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much work may be done with bytes that somebody else made, counted in bytes: of metadata read, of records shown, of
 * content decoded. An honest file system reads each of its metadata blocks about once, so that a small multiple of its
 * size is enough, and decodes each of its blocks a few times; a crafted one in which many names lead to the same long
 * structures is stopped. Safe for use by many threads.
 *
 * <p>With it goes the memory in which a walk may keep names; that is for the thread that walks.
 */
public final class WorkBudget {
    /** Room for small volumes, where the fixed costs are the larger part. */
    private static final long WALK_FLOOR = 256L << 20;

    private static final int WALK_PER_BYTE = 8;

    /** Of an image, whose metadata may be compressed. */
    private static final long WALKING_FLOOR = 1L << 30;

    private static final int WALKING_PER_BYTE = 32;

    private static final long OPENING = 64L << 20;

    /** Some volumes at their worst, or a thousand honest ones. */
    private static final long OPENINGS_FLOOR = 512L << 20;

    private static final int OPENINGS_PER_BYTE = 8;

    /** Room for small images: a second or two. */
    private static final long DECODING_FLOOR = 1L << 30;

    /** Zeros that were compressed in blocks of 128 KiB to 4 KiB are 32 times as long as what is stored. */
    private static final int DECODING_PER_BYTE = 64;

    /** However large something claims to be: minutes of work. */
    private static final long CEILING = 64L << 30;

    private final String work;
    private final long total;
    private final @Nullable WorkBudget outer;
    private final MemoryPool.Share memory;
    private final AtomicLong left;

    private WorkBudget(
            String work, long total, @Nullable WorkBudget outer, MemoryPool.Share memory) {
        this.work = work;
        this.total = total;
        this.outer = outer;
        this.memory = memory;
        this.left = new AtomicLong(total);
    }

    /** Of opening a file system: a few structures, which lead to others. It counts for all of them too. */
    public static WorkBudget ofOpening(WorkBudget all) {
        return new WorkBudget("bytes of metadata work", OPENING, all, all.memory);
    }

    /** Of opening whatever volumes of an image have a file system, or seem to. */
    public static WorkBudget ofOpenings(long imageBytes) {
        return new WorkBudget(
                "bytes of metadata work to open all volumes",
                total(OPENINGS_FLOOR, OPENINGS_PER_BYTE, imageBytes),
                null,
                MemoryPool.unlimited());
    }

    /** Of walking through one volume, or searching it for one file; it counts for all of them too. */
    public static WorkBudget ofVolume(long volumeBytes, WorkBudget all) {
        return new WorkBudget(
                "bytes of metadata work",
                total(WALK_FLOOR, WALK_PER_BYTE, volumeBytes),
                all,
                all.memory);
    }

    /**
     * Of walking through all volumes of an image, which may be much larger than it and lie in the same bytes.
     *
     * @param memory of the image
     */
    public static WorkBudget ofWalking(long imageBytes, MemoryPool.Share memory) {
        return new WorkBudget(
                "bytes of metadata work in all volumes",
                total(WALKING_FLOOR, WALKING_PER_BYTE, imageBytes),
                null,
                memory);
    }

    /** Of decoding the files of an image, all together. */
    public static WorkBudget ofDecoding(long imageBytes) {
        return new WorkBudget(
                "bytes of decoding",
                total(DECODING_FLOOR, DECODING_PER_BYTE, imageBytes),
                null,
                MemoryPool.unlimited());
    }

    /** For one who asked for a content, and waits for it as long as he likes. */
    public static WorkBudget unlimited() {
        return new WorkBudget("bytes", Long.MAX_VALUE, null, MemoryPool.unlimited());
    }

    private static long total(long floor, int perByte, long bytes) {
        return floor + Math.min(CEILING, perByte * Math.min(bytes, CEILING));
    }

    /**
     * @throws ExhaustedException when there was too much work, now or before
     */
    public void charge(long bytes) throws ExhaustedException {
        if (outer != null) {
            outer.charge(bytes);
        }
        if (left.addAndGet(-bytes) < 0) {
            throw new ExhaustedException(
                    "more than "
                            + total
                            + " "
                            + work
                            + ": the structures refer to one another in excess");
        }
    }

    /** Where a walk keeps what it has read and not shown yet. */
    public MemoryPool.Share memory() {
        return memory;
    }

    /** Whether there was too much work. */
    public boolean isExhausted() {
        return left.get() < 0;
    }

    /** Ends the work; not a format exception, since those end only the file at hand. */
    public static final class ExhaustedException extends IOException {
        private static final long serialVersionUID = 1;

        ExhaustedException(String message) {
            super(message);
        }
    }
}
