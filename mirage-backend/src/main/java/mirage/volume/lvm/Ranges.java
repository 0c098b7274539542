package mirage.volume.lvm;

import java.util.Map;
import java.util.TreeMap;

/** Ranges of numbers, none of which overlaps another. */
final class Ranges {
    private final TreeMap<Long, Long> endByStart = new TreeMap<>();

    /**
     * Adds {@code [start, end)}, which is not empty.
     *
     * @return false when it overlaps one that is there, which leaves everything as it was
     */
    boolean add(long start, long end) {
        Map.Entry<Long, Long> before = endByStart.lowerEntry(end);
        if (before != null && before.getValue() > start) {
            return false;
        }
        endByStart.put(start, end);
        return true;
    }

    /** Removes the range that was added with this start. */
    void remove(long start) {
        endByStart.remove(start);
    }
}
