package mirage.delta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ranges of a base, those that touch joined. */
final class RangeSet {
    private final TreeMap<Long, Long> ends = new TreeMap<>();
    private long length;

    void addAll(List<BaseRange> ranges) {
        ranges.forEach(this::add);
    }

    /** How long it would be with some more. An upper bound: they may overlap one another. */
    long lengthWith(List<BaseRange> ranges) {
        long more = 0;
        for (BaseRange range : ranges) {
            more += range.length() - held(range);
        }
        return length + more;
    }

    /** In order. */
    List<BaseRange> ranges() {
        List<BaseRange> ranges = new ArrayList<>();
        ends.forEach((start, end) -> ranges.add(new BaseRange(start, end - start)));
        return ranges;
    }

    private void add(BaseRange range) {
        long start = range.offset();
        long end = range.end();
        Map.Entry<Long, Long> touching = ends.floorEntry(end);
        while (touching != null && touching.getValue() >= start) {
            start = Math.min(start, touching.getKey());
            end = Math.max(end, touching.getValue());
            length -= touching.getValue() - touching.getKey();
            ends.remove(touching.getKey());
            touching = ends.floorEntry(end);
        }
        ends.put(start, end);
        length += end - start;
    }

    private long held(BaseRange range) {
        long held = 0;
        Map.Entry<Long, Long> before = ends.floorEntry(range.offset());
        long from = before == null ? range.offset() : before.getKey();
        for (Map.Entry<Long, Long> one : ends.subMap(from, true, range.end(), false).entrySet()) {
            long start = Math.max(range.offset(), one.getKey());
            long end = Math.min(range.end(), one.getValue());
            held += Math.max(0, end - start);
        }
        return held;
    }
}
