package mirage.ingest;

import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ranges of a disk or a container, collected in any order, which may overlap. They are joined now and then, so that many
 * that lie in the same bytes take little memory.
 */
final class RangeUnion {
    /** What a range takes, with its place in two lists. */
    private static final int RANGE_BYTES = 64;

    /** Ranges that memory is not asked for. */
    private static final int FEW = 4096;

    private final MemoryPool.Share memory;
    private List<Extent> ranges = new ArrayList<>();
    private int room = FEW;
    private boolean full;

    /**
     * @param memory of the image
     */
    RangeUnion(MemoryPool.Share memory) {
        this.memory = memory;
    }

    /**
     * Adds a range.
     *
     * @return whether there was memory for it
     */
    boolean add(Extent range) throws InterruptedIOException {
        if (full) {
            return false;
        }
        ranges.add(range);
        if (ranges.size() == room) {
            makeRoom();
        }
        return true;
    }

    private void makeRoom() throws InterruptedIOException {
        ranges = joined();
        if (ranges.size() <= room / 2) {
            return;
        }
        if (memory.take((long) RANGE_BYTES * room)) {
            room *= 2;
        } else {
            full = true;
        }
    }

    /** Adds where a volume lies. */
    void add(ExtentMap map) throws InterruptedIOException {
        for (int i = 0; i < map.runCount(); i++) {
            ExtentMap.Run run = map.run(i);
            add(new Extent(run.target(), run.length()));
        }
    }

    /**
     * What is in these ranges and in none of others.
     *
     * @return by offset, without overlap
     */
    List<Extent> without(RangeUnion others) {
        List<Extent> taken = others.joined();
        List<Extent> left = new ArrayList<>();
        int next = 0;
        for (Extent range : joined()) {
            long at = range.offset();
            while (next < taken.size() && taken.get(next).end() <= at) {
                next++;
            }
            for (int i = next; i < taken.size() && taken.get(i).offset() < range.end(); i++) {
                if (taken.get(i).offset() > at) {
                    left.add(new Extent(at, taken.get(i).offset() - at));
                }
                at = taken.get(i).end();
            }
            if (at < range.end()) {
                left.add(new Extent(at, range.end() - at));
            }
        }
        return left;
    }

    /** By offset, those that touch joined. */
    List<Extent> joined() {
        ranges.sort(Comparator.comparingLong(Extent::offset));
        List<Extent> joined = new ArrayList<>();
        for (Extent range : ranges) {
            Extent last = joined.isEmpty() ? null : joined.getLast();
            if (last == null || range.offset() > last.end()) {
                joined.add(range);
            } else if (range.end() > last.end()) {
                joined.set(
                        joined.size() - 1, new Extent(last.offset(), range.end() - last.offset()));
            }
        }
        return joined;
    }
}
