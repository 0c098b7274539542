package mirage.filesystem;

import java.util.Arrays;

/** Numbers but 0, without an object for each: open addressing, at most half full, 0 marks a free place. */
public final class LongSet {
    private long[] places = new long[16];
    private int size;

    /**
     * @return false when it was there already
     */
    public boolean add(long value) {
        if (2 * (size + 1) > places.length) {
            grow();
        }
        int at = find(places, value);
        if (places[at] == value) {
            return false;
        }
        places[at] = value;
        size++;
        return true;
    }

    private void grow() {
        long[] old = places;
        places = new long[2 * old.length];
        Arrays.stream(old).filter(value -> value != 0).forEach(v -> places[find(places, v)] = v);
    }

    private static int find(long[] places, long value) {
        int mask = places.length - 1;
        long mixed = value * 0x9e37_79b9_7f4a_7c15L;
        int at = (int) (mixed >>> 32) & mask;
        while (places[at] != 0 && places[at] != value) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
