package mirage.ingest;

import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ranges of a disk or a container, collected in any order, which may overlap. */
final class RangeUnion {
    private final List<Extent> ranges = new ArrayList<>();

    void add(Extent range) {
        ranges.add(range);
    }

    /** Adds where a volume lies. */
    void add(ExtentMap map) {
        for (int i = 0; i < map.runCount(); i++) {
            ExtentMap.Run run = map.run(i);
            ranges.add(new Extent(run.target(), run.length()));
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
