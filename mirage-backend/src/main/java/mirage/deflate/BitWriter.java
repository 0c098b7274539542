package mirage.deflate;

import java.util.Arrays;

/**
 * Bits, the least significant first, packed into bytes in memory that grows. What was written stays until {@link #clear}.
 * Writers of many bits {@link #reserve} once and then {@link #put}.
 */
final class BitWriter {
    /** {@link #put} stores eight bytes, of which the last seven may be unused. */
    private static final int SLACK_BYTES = 16;

    /** One {@link #put} takes this many bits: up to seven may wait. */
    static final int MOST_BITS = 56;

    private byte[] bytes = new byte[1 << 16];

    /** Whole bytes in {@link #bytes}. */
    private int size;

    /** Bits that are no whole byte yet. */
    private long waiting;

    private int waitingBits;

    void clear() {
        size = 0;
        waiting = 0;
        waitingBits = 0;
    }

    /** Makes room for so many bytes. */
    void reserve(int count) {
        int needed = Math.addExact(size, count + SLACK_BYTES);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, needed * 3L / 2));
        }
    }

    /** Writes the lowest bits of a value whose other bits are 0. Room must be reserved. */
    void put(long value, int bits) {
        long word = waiting | value << waitingBits;
        int filled = waitingBits + bits;
        Words.put64(bytes, size, word);
        size += filled >>> 3;
        waiting = word >>> (filled & ~7);
        waitingBits = filled & 7;
    }

    /** Fills the last byte with zeros. */
    void align() {
        put(0, -waitingBits & 7);
    }

    /** Whole bytes, at the begin of a byte. */
    void putBytes(byte[] source, int from, int length) {
        reserve(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
    }

    /** Of what was written, the whole bytes are the first {@link #size} of these. */
    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }
}
