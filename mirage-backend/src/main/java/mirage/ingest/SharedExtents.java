package mirage.ingest;

import mirage.bytes.MemoryPool;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Gives each byte that extents of several contents claim to the first of these contents.
 *
 * <p>A line is swept over the container. Above it, in a queue, are the extents that it cuts, the first owner's on top;
 * where the top changes, a part ends. Each extent begins and ends once, so that n extents become at most 2n parts, in
 * O(n log n), however they overlap.
 */
final class SharedExtents {
    private static final Comparator<OwnedExtent> BY_OWNER =
            Comparator.comparingInt(OwnedExtent::owner).thenComparingLong(OwnedExtent::ownerOffset);

    private final List<OwnedExtent> parts = new ArrayList<>();
    private final PriorityQueue<OwnedExtent> cut = new PriorityQueue<>(BY_OWNER);
    private final MemoryPool.Share memory;
    private long at;

    private SharedExtents(MemoryPool.Share memory) {
        this.memory = memory;
    }

    /**
     * @param extents in any order; sorted by this
     * @param memory for the parts of those that overlap; where there is none, bytes are nobody's
     * @return by offset, without overlap
     */
    static List<OwnedExtent> toFirstOwner(List<OwnedExtent> extents, MemoryPool.Share memory)
            throws InterruptedIOException {
        extents.sort(Comparator.comparingLong(OwnedExtent::offset));
        if (isWithoutOverlap(extents)) {
            return extents;
        }
        SharedExtents sweep = new SharedExtents(memory);
        for (OwnedExtent extent : extents) {
            sweep.moveTo(extent.offset());
            sweep.cut.add(extent);
        }
        sweep.moveTo(Long.MAX_VALUE);
        return sweep.parts;
    }

    private static boolean isWithoutOverlap(List<OwnedExtent> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).offset() < sorted.get(i - 1).end()) {
                return false;
            }
        }
        return true;
    }

    private void moveTo(long offset) throws InterruptedIOException {
        while (!cut.isEmpty() && at < offset) {
            OwnedExtent first = cut.element();
            if (first.end() <= at) {
                cut.remove();
            } else {
                long end = Math.min(first.end(), offset);
                addPart(first, at, end);
                at = end;
            }
        }
        at = offset;
    }

    /** Joined with the part before it when only the line's stops were between them. */
    private void addPart(OwnedExtent whole, long from, long to) throws InterruptedIOException {
        long start = from;
        if (!parts.isEmpty() && continues(parts.getLast(), whole, from)) {
            start = parts.removeLast().offset();
        } else if (!memory.take(OwnedExtent.BYTES)) {
            return;
        }
        parts.add(
                new OwnedExtent(
                        start,
                        to - start,
                        whole.owner(),
                        whole.ownerOffset() + start - whole.offset(),
                        whole.stretchStart(),
                        whole.stretchEnd()));
    }

    private static boolean continues(OwnedExtent last, OwnedExtent whole, long from) {
        return last.end() == from
                && last.owner() == whole.owner()
                && last.offset() >= whole.offset()
                && last.ownerOffset() - last.offset() == whole.ownerOffset() - whole.offset();
    }
}
