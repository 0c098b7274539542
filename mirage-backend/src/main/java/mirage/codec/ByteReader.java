package mirage.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the values that {@link ByteWriter} wrote, in the same order. Each method throws {@link CorruptBlobException},
 * which names the object and the offset within it, when the bytes end too early or are not what a writer writes; none
 * allocates more than the bytes that are left. Not for use by many threads at once.
 */
public final class ByteReader {
    private final String what;
    private final ByteBuffer bytes;

    /**
     * @param what names the object in messages
     * @param bytes read from position to limit; the buffer itself is left as it is
     */
    public ByteReader(String what, ByteBuffer bytes) {
        this.what = what;
        this.bytes = bytes.slice().order(ByteOrder.BIG_ENDIAN);
    }

    public int u8() throws CorruptBlobException {
        require(1, "u8");
        return bytes.get() & 0xff;
    }

    public int u16() throws CorruptBlobException {
        require(2, "u16");
        return bytes.getShort() & 0xffff;
    }

    public long u32() throws CorruptBlobException {
        require(4, "u32");
        return bytes.getInt() & 0xffff_ffffL;
    }

    public long s64() throws CorruptBlobException {
        require(8, "s64");
        return bytes.getLong();
    }

    /** An unsigned 64-bit integer: one of 2^63 or more comes back negative. */
    public long varint() throws CorruptBlobException {
        int start = bytes.position();
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            require(1, "varint");
            int next = bytes.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                boolean longerThanNeeded = next == 0 && shift > 0;
                boolean beyond64Bits = shift == 63 && next > 1;
                if (longerThanNeeded || beyond64Bits) {
                    throw corrupt(start, "varint expected, found one that no writer writes");
                }
                return value;
            }
            if (shift == 63) {
                throw corrupt(start, "varint of at most 10 bytes expected, found a longer one");
            }
        }
    }

    /**
     * A varint that must lie in {@code [min, max]}, such as a count.
     *
     * @param field names it in messages
     */
    public int boundedVarint(int min, int max, String field) throws CorruptBlobException {
        int start = bytes.position();
        long value = varint();
        if (value < min || value > max) {
            throw corrupt(
                    start,
                    field
                            + " from "
                            + min
                            + " to "
                            + max
                            + " expected, found "
                            + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /**
     * How many things follow, each of which takes at least some bytes: bounded by what is left.
     *
     * @param field names them in messages
     */
    public int count(int leastBytesEach, String field) throws CorruptBlobException {
        return boundedVarint(0, remaining() / leastBytesEach, field);
    }

    /**
     * An unsigned 32-bit integer that is at most {@code max}.
     *
     * @param field names it in messages
     */
    public int boundedU32(int max, String field) throws CorruptBlobException {
        int start = bytes.position();
        long value = u32();
        if (value > max) {
            throw corrupt(start, field + " of at most " + max + " expected, found " + value);
        }
        return (int) value;
    }

    /** A reader of the next bytes alone, which names them in messages. */
    public ByteReader sub(String part, int length) throws CorruptBlobException {
        return new ByteReader(what + ", " + part, slice(length));
    }

    public long signedVarint() throws CorruptBlobException {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    public byte[] bytes(int length) throws CorruptBlobException {
        require(length, "bytes");
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }

    /** A read-only window on the next bytes, which shares their memory. */
    public ByteBuffer slice(int length) throws CorruptBlobException {
        require(length, "bytes");
        ByteBuffer value = bytes.slice(bytes.position(), length).asReadOnlyBuffer();
        bytes.position(bytes.position() + length);
        return value;
    }

    public byte[] lengthPrefixed() throws CorruptBlobException {
        return bytes(boundedVarint(0, Integer.MAX_VALUE, "length"));
    }

    /** Well-formed UTF-8 behind its number of bytes. */
    public String text() throws CorruptBlobException {
        int length = boundedVarint(0, Integer.MAX_VALUE, "length");
        int start = bytes.position();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice(length)).toString();
        } catch (CharacterCodingException e) {
            throw corrupt(start, "UTF-8 expected, found " + e.getMessage());
        }
    }

    public boolean hasRemaining() {
        return bytes.hasRemaining();
    }

    public int remaining() {
        return bytes.remaining();
    }

    /** Offset of the next value. */
    public int position() {
        return bytes.position();
    }

    /** Demands that everything was read. */
    public void expectEnd() throws CorruptBlobException {
        if (bytes.hasRemaining()) {
            throw corrupt(bytes.position(), "end expected, found " + remaining() + " bytes more");
        }
    }

    /** For what was read well up to here but cannot be meant. */
    public CorruptBlobException corrupt(String message) {
        return corrupt(bytes.position(), message);
    }

    /** For a value that was read well but cannot be meant. */
    public CorruptBlobException corrupt(long offset, String message) {
        return new CorruptBlobException(what, offset, message);
    }

    private void require(int length, String type) throws CorruptBlobException {
        if (length < 0 || length > bytes.remaining()) {
            throw corrupt(
                    bytes.position(),
                    type
                            + " of "
                            + length
                            + " bytes expected, found the end after "
                            + bytes.remaining());
        }
    }
}
