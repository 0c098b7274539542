package mirage.bytes;

/**
 * A contiguous range {@code [offset, offset + length)} of something, never empty.
 *
 * @param offset of the first byte, 0 or greater
 * @param length in bytes, greater than 0
 */
public record Extent(long offset, long length) {
    public Extent {
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("extent at " + offset + " of length " + length);
        }
    }

    /** Offset of the first byte behind it. */
    public long end() {
        return offset + length;
    }
}
