package mirage.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the values inside a blob's body, big-endian, into memory that grows. Its counterpart is {@link ByteReader};
 * the encodings are in {@code docs/format/framing.md}. Every method returns this writer, throws
 * {@link IllegalArgumentException} when the value does not fit its encoding, and {@link IllegalStateException} when the
 * body would exceed {@value #MAX_BYTES} bytes. Not for use by many threads at once.
 */
public final class ByteWriter {
    /** The largest body, a little below what an array can hold. */
    public static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(256);
    }

    /**
     * @param expectedBytes how much memory to begin with
     */
    public ByteWriter(int expectedBytes) {
        bytes = new byte[expectedBytes];
    }

    /** An unsigned byte, from 0 to 255. */
    public ByteWriter u8(int value) {
        require(value >>> 8 == 0, "u8", value);
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /** An unsigned 16-bit integer, from 0 to 65535. */
    public ByteWriter u16(int value) {
        require(value >>> 16 == 0, "u16", value);
        return bigEndian(value, 2);
    }

    /** An unsigned 32-bit integer, from 0 to 2^32 - 1. */
    public ByteWriter u32(long value) {
        require(value >>> 32 == 0, "u32", value);
        return bigEndian(value, 4);
    }

    /** A signed 64-bit integer. */
    public ByteWriter s64(long value) {
        return bigEndian(value, 8);
    }

    /** An unsigned 64-bit integer in 1 to 10 bytes, few for small values. */
    public ByteWriter varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** A signed 64-bit integer in 1 to 10 bytes, few for values near 0. */
    public ByteWriter signedVarint(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    /** The bytes alone: the reader must know how many. */
    public ByteWriter bytes(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** The bytes between position and limit alone; the buffer is left as it is. */
    public ByteWriter bytes(ByteBuffer value) {
        int length = value.remaining();
        reserve(length);
        value.get(value.position(), bytes, size, length);
        size += length;
        return this;
    }

    /** The bytes behind their number, a varint. */
    public ByteWriter lengthPrefixed(byte[] value) {
        return varint(value.length).bytes(value);
    }

    /**
     * Text as UTF-8 behind its number of bytes, a varint.
     *
     * @throws IllegalArgumentException when it has an unpaired surrogate, which UTF-8 cannot say
     */
    public ByteWriter text(String value) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            return varint(utf8.remaining()).bytes(utf8);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text has an unpaired surrogate", e);
        }
    }

    /** Text that others wrote, for people: an unpaired surrogate, which UTF-8 cannot say, becomes a question mark. */
    public ByteWriter foreignText(String value) {
        return lengthPrefixed(value.getBytes(StandardCharsets.UTF_8));
    }

    /** How many bytes were written. */
    public int size() {
        return size;
    }

    /** What was written so far, as a buffer that later writes do not change. */
    public ByteBuffer toBuffer() {
        return ByteBuffer.wrap(toBytes());
    }

    /** A copy of what was written so far. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private ByteWriter bigEndian(long value, int count) {
        reserve(count);
        for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void reserve(int count) {
        if (count <= bytes.length - size) {
            return;
        }
        if (count > MAX_BYTES - size) {
            throw new IllegalStateException("body of " + size + " bytes has no room for " + count);
        }
        long doubled = Math.min(MAX_BYTES, 2L * bytes.length);
        bytes = Arrays.copyOf(bytes, (int) Math.max(doubled, size + count));
    }

    private static void require(boolean fits, String type, long value) {
        if (!fits) {
            throw new IllegalArgumentException(value + " is no " + type);
        }
    }
}
