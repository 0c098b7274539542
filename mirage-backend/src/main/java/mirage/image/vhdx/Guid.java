package mirage.image.vhdx;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

/**
 * A GUID as two numbers of 8 bytes, little-endian.
 *
 * @param first the first three groups of its text, in the order 3, 2, 1
 * @param second the last two groups
 */
record Guid(long first, long second) {
    static final Guid NULL = new Guid(0, 0);

    static Guid at(StructReader in, int at) throws FormatException {
        return new Guid(in.s64(at), in.s64(at + Long.BYTES));
    }
}
