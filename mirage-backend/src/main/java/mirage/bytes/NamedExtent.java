package mirage.bytes;

/**
 * A contiguous range {@code [offset, offset + length)} of something, with a name.
 *
 * @param name what users call it; hostile text where an image gives it
 * @param offset of the first byte, 0 or greater
 * @param length in bytes, 0 or greater
 */
public record NamedExtent(String name, long offset, long length) {
    public NamedExtent {
        if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException(name + " at " + offset + " of length " + length);
        }
    }

    /** Offset of the first byte behind it. */
    public long end() {
        return offset + length;
    }
}
