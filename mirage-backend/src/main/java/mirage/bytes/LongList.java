package mirage.bytes;

import java.util.Arrays;
import java.util.Objects;

/** Numbers in memory by the million, eight bytes each. Not for use by many threads at once. */
public final class LongList {
    private long[] values = new long[16];
    private int size;

    public int size() {
        return size;
    }

    public void add(long value) {
        if (size == values.length) {
            // By half: the copy stands beside the original for a moment, and what is reserved may
            // never be needed.
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        values[size++] = value;
    }

    /**
     * @throws IndexOutOfBoundsException when there are not so many
     */
    public long get(int index) {
        return values[Objects.checkIndex(index, size)];
    }
}
