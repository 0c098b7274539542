package mirage.bytes;

import org.jspecify.annotations.Nullable;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Where each range of a file or disk lies in the layer below. Runs are ordered and do not overlap in the file or disk
 * (they may in the layer below: shared extents); a range without a run is a hole and reads as zeros. Immutable; three
 * longs a run, so that the map of a badly fragmented disk stays small.
 */
public final class ExtentMap {
    /** What a run takes. */
    public static final int RUN_BYTES = 3 * Long.BYTES;

    /** Nothing but a hole. */
    public static final ExtentMap EMPTY = new ExtentMap(new long[0]);

    /** offset, length, target; again and again. */
    private final long[] runs;

    private ExtentMap(long[] runs) {
        this.runs = runs;
    }

    /** One run that maps everything to itself: the disk of a raw image. */
    public static ExtentMap identity(long length) {
        return length == 0 ? EMPTY : new ExtentMap(new long[] {0, length, 0});
    }

    /**
     * A map at another place.
     *
     * @param offset added to each run's
     * @param target added to each run's
     */
    public record Moved(ExtentMap map, long offset, long target) {}

    /** Several maps as one; each ends before the next one begins. Takes no more memory than the map has at last. */
    public static ExtentMap joined(List<Moved> parts) {
        int length = parts.stream().mapToInt(part -> part.map.runs.length).sum();
        long[] runs = new long[length];
        int used = 0;
        for (Moved part : parts) {
            long[] from = part.map.runs;
            if (used > 0
                    && from.length > 0
                    && from[0] + part.offset < runs[used - 3] + runs[used - 2]) {
                throw new IllegalArgumentException(
                        "a map that begins at "
                                + (from[0] + part.offset)
                                + " before the last ends");
            }
            for (int i = 0; i < from.length; i += 3) {
                runs[used++] = from[i] + part.offset;
                runs[used++] = from[i + 1];
                runs[used++] = from[i + 2] + part.target;
            }
        }
        return new ExtentMap(runs);
    }

    /**
     * A run of the map.
     *
     * @param offset in the file or disk
     * @param length in bytes, greater than 0
     * @param target offset in the layer below
     */
    public record Run(long offset, long length, long target) {
        public long end() {
            return offset + length;
        }
    }

    public int runCount() {
        return runs.length / 3;
    }

    public Run run(int index) {
        return new Run(runs[3 * index], runs[3 * index + 1], runs[3 * index + 2]);
    }

    public List<Run> runs() {
        List<Run> list = new ArrayList<>(runCount());
        for (int i = 0; i < runCount(); i++) {
            list.add(run(i));
        }
        return list;
    }

    /** Index of the first run that ends behind {@code offset}: the one that holds it, or else the next. */
    public int firstRunEndingAfter(long offset) {
        int low = 0;
        int high = runCount();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs[3 * middle] + runs[3 * middle + 1] <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Bytes that have a place, holes left out. */
    public long mappedBytes() {
        long bytes = 0;
        for (int i = 1; i < runs.length; i += 3) {
            bytes += runs[i];
        }
        return bytes;
    }

    /**
     * The layer below this map's layer: each run of this map looked up in {@code lower}. Of a file in a volume and the
     * volume in an image this makes the file in the image. What {@code lower} does not place becomes a hole.
     */
    public ExtentMap through(ExtentMap lower) {
        return Objects.requireNonNull(through(lower, Integer.MAX_VALUE));
    }

    /**
     * The same within a bound: a few runs over all of a layer in many pieces, again and again, make more than there is
     * memory for.
     *
     * @return null when it would have more than {@code most} runs
     */
    public @Nullable ExtentMap through(ExtentMap lower, int most) {
        try {
            return through(lower, most, MemoryPool.unlimited());
        } catch (InterruptedIOException e) {
            throw new AssertionError("waited for memory without bounds", e);
        }
    }

    /** What {@link #through(ExtentMap, int, MemoryPool.Share)} takes for a map that it gives. */
    public long bytesThrough() {
        return Builder.bytesWhileBuilt(runCount());
    }

    /**
     * The same within the memory of an image.
     *
     * @return null when it would have more than {@code most} runs, or more than there is memory for: then none is taken
     */
    public @Nullable ExtentMap through(ExtentMap lower, int most, MemoryPool.Share memory)
            throws InterruptedIOException {
        Builder composed = new Builder();
        long taken = 0;
        for (int i = 0; i < runCount(); i++) {
            Run run = run(i);
            long runEndBelow = run.target() + run.length();
            for (int j = lower.firstRunEndingAfter(run.target()); j < lower.runCount(); j++) {
                Run below = lower.run(j);
                if (below.offset() >= runEndBelow) {
                    break;
                }
                long start = Math.max(run.target(), below.offset());
                long end = Math.min(runEndBelow, below.end());
                composed.add(
                        run.offset() + start - run.target(),
                        end - start,
                        below.target() + start - below.offset());
                int count = composed.runCount();
                if (count > most) {
                    memory.giveBack(taken);
                    return null;
                }
                long bytes = Builder.bytesWhileBuilt(count);
                if (bytes > taken) {
                    if (!memory.take(bytes - taken)) {
                        memory.giveBack(taken);
                        return null;
                    }
                    taken = bytes;
                }
            }
        }
        return composed.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExtentMap map && Arrays.equals(runs, map.runs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(runs);
    }

    @Override
    public String toString() {
        return runs().toString();
    }

    /** Takes runs in ascending order and joins those that continue each other. */
    public static final class Builder {
        /** What a run takes at the most while the map is made: in the runs, and in the longer or shorter copy of them. */
        public static final int BYTES_WHILE_BUILT = 60;

        /** Maps of fewer runs, as nearly all have, are not counted; the others in such steps. */
        private static final int COUNTED_RUNS = 1024;

        private long[] runs = new long[12];
        private int used;

        /**
         * Adds a run behind all earlier ones.
         *
         * @throws IllegalArgumentException when it is empty, negative, or begins before the last one ends
         */
        public Builder add(long offset, long length, long target) {
            if (offset < 0
                    || length <= 0
                    || target < 0
                    || offset > Long.MAX_VALUE - length
                    || target > Long.MAX_VALUE - length) {
                throw new IllegalArgumentException(
                        "run at " + offset + " of length " + length + " to " + target);
            }
            if (used > 0) {
                long end = end();
                if (offset < end) {
                    throw new IllegalArgumentException(
                            "run at " + offset + " begins before " + end);
                }
                if (offset == end && target == runs[used - 1] + runs[used - 2]) {
                    runs[used - 2] += length;
                    return this;
                }
            }
            if (used == runs.length) {
                runs = Arrays.copyOf(runs, used + used / 6 * 3);
            }
            runs[used++] = offset;
            runs[used++] = length;
            runs[used++] = target;
            return this;
        }

        /** What so many runs take while the map is made; nothing when they are few. */
        public static long bytesWhileBuilt(int runs) {
            return (long) BYTES_WHILE_BUILT * (runs - runs % COUNTED_RUNS);
        }

        /** Offset behind the last run, 0 when there is none. */
        public long end() {
            return used == 0 ? 0 : runs[used - 3] + runs[used - 2];
        }

        public int runCount() {
            return used / 3;
        }

        public ExtentMap build() {
            return used == 0 ? EMPTY : new ExtentMap(Arrays.copyOf(runs, used));
        }
    }
}
