package mirage.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the fields of one fixed structure, by offset within it, with the checks that hostile input needs. Every
 * refusal is a {@link FormatException} that names the structure, the field, its place, what was expected and found.
 */
public final class StructReader {
    private final String name;
    private final long base;
    private final ByteBuffer bytes;

    private StructReader(String name, long base, ByteBuffer bytes) {
        this.name = name;
        this.base = base;
        this.bytes = bytes;
    }

    /** Reads {@code length} bytes at {@code offset} of a source; a source that ends earlier is a format error. */
    public static StructReader read(
            String name, ByteSource source, long offset, int length, ByteOrder order)
            throws IOException {
        if (offset < 0 || offset > source.length() - length) {
            throw new FormatException(
                    name
                            + " at "
                            + offset
                            + ": "
                            + length
                            + " bytes expected, source ends at "
                            + source.length());
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(order);
        source.readFully(offset, bytes);
        return new StructReader(name, offset, bytes.flip());
    }

    /** Over bytes in memory; {@code base} is where they came from, for messages. */
    public static StructReader of(String name, long base, ByteBuffer bytes, ByteOrder order) {
        return new StructReader(name, base, bytes.slice().order(order));
    }

    public int length() {
        return bytes.limit();
    }

    public int u8(int at) throws FormatException {
        check(at, 1);
        return bytes.get(at) & 0xff;
    }

    public int u16(int at) throws FormatException {
        check(at, 2);
        return bytes.getShort(at) & 0xffff;
    }

    public long u32(int at) throws FormatException {
        check(at, 4);
        return bytes.getInt(at) & 0xffff_ffffL;
    }

    public int s32(int at) throws FormatException {
        check(at, 4);
        return bytes.getInt(at);
    }

    public long s64(int at) throws FormatException {
        check(at, 8);
        return bytes.getLong(at);
    }

    public byte[] bytes(int at, int length) throws FormatException {
        check(at, length);
        byte[] copy = new byte[length];
        bytes.get(at, copy);
        return copy;
    }

    /** A view of part of the structure, which keeps its place in messages. */
    public StructReader sub(String part, int at, int length) throws FormatException {
        check(at, length);
        return new StructReader(
                name + " " + part, base + at, bytes.slice(at, length).order(bytes.order()));
    }

    /** An unsigned 32-bit field that must lie in {@code [min, max]}. */
    public int boundedU32(int at, int min, int max, String field) throws FormatException {
        long value = u32(at);
        if (value < min || value > max) {
            throw refuse(field, at, "from " + min + " to " + max, Long.toString(value));
        }
        return (int) value;
    }

    /** A 64-bit field that must lie in {@code [min, max]}, read as signed: no sane size has its top bit set. */
    public long boundedS64(int at, long min, long max, String field) throws FormatException {
        long value = s64(at);
        if (value < min || value > max) {
            throw refuse(field, at, "from " + min + " to " + max, Long.toString(value));
        }
        return value;
    }

    /** Fails with the place of the field when {@code holds} is false. */
    public void require(boolean holds, String field, int at, String expected, Object found)
            throws FormatException {
        if (!holds) {
            throw refuse(field, at, expected, String.valueOf(found));
        }
    }

    public FormatException refuse(String field, int at, String expected, String found) {
        return new FormatException(
                name
                        + ": "
                        + field
                        + " at "
                        + (base + at)
                        + ": expected "
                        + expected
                        + ", found "
                        + found);
    }

    private void check(int at, int length) throws FormatException {
        if (at < 0 || length < 0 || at > bytes.limit() - length) {
            throw new FormatException(
                    name
                            + " at "
                            + base
                            + ": field of "
                            + length
                            + " bytes at "
                            + at
                            + " is outside its "
                            + bytes.limit()
                            + " bytes");
        }
    }
}
