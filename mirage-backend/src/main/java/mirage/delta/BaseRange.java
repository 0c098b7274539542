package mirage.delta;

/**
 * A range of the base.
 *
 * @param offset of its first byte
 * @param length in bytes, greater than 0
 */
public record BaseRange(long offset, long length) {
    public BaseRange {
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("range at " + offset + " of length " + length);
        }
    }

    long end() {
        return offset + length;
    }
}
