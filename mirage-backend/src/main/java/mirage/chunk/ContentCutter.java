package mirage.chunk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Cuts where the content says so, wherever it lies: equal stretches of two files are cut into equal chunks, also when
 * one has bytes inserted before them. For content whose structure is not understood.
 *
 * <p>The idea: a hash over the last 64 bytes is carried along, {@code h = 2 h + gear[byte]}; where its highest bits are
 * all zero, a chunk ends. The first {@link #MIN_BYTES} of a chunk are not looked at. Up to {@link #NORMAL_BYTES} 16
 * zero bits are wanted, beyond that 12, which gathers the lengths around the average. At {@link #MAX_BYTES} a chunk
 * ends in any case. One shift, one addition and one table look-up a byte.
 *
 * <p>Where the cuts fall is part of the store's format: other cuts of the same content find no equal chunks. The gear
 * table is therefore made from SHA-256, in any language: entry {@code i} is the first 8 bytes, big-endian, of
 * SHA-256("mirage content cutter 1" followed by the byte {@code i}).
 *
 * <p>Sources: W. Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication",
 * USENIX ATC 2016 (gear hash, skipping the minimum, normalised chunking).
 */
public final class ContentCutter {
    public static final int MIN_BYTES = 4 << 10;

    /** The length that chunks gather around. */
    public static final int NORMAL_BYTES = 16 << 10;

    public static final int MAX_BYTES = 64 << 10;

    /** {@code h >>> shift == 0}: 16 zero bits before the normal length, 12 behind it. */
    private static final int RARE_SHIFT = 64 - 16;

    private static final int OFTEN_SHIFT = 64 - 12;

    private static final long[] GEAR = gear();

    private ContentCutter() {}

    /**
     * The length of the chunk that begins at a window's position.
     *
     * @param window content from there on, left as it is
     * @param last whether the content ends with the window
     * @return from 1 to {@link #MAX_BYTES}; 0 when the window ends too early to say: less than {@link #MAX_BYTES} and
     *     not the last, or empty
     */
    public static int cut(ByteBuffer window, boolean last) {
        int available = Math.min(window.remaining(), MAX_BYTES);
        int found = firstCut(window, available);
        return found < available || last || available == MAX_BYTES ? found : 0;
    }

    private static int firstCut(ByteBuffer window, int available) {
        int start = window.position();
        int normal = Math.min(available, NORMAL_BYTES);
        long hash = 0;
        int at = Math.min(available, MIN_BYTES);
        for (; at < normal; at++) {
            hash = (hash << 1) + GEAR[window.get(start + at) & 0xff];
            if (hash >>> RARE_SHIFT == 0) {
                return at + 1;
            }
        }
        for (; at < available; at++) {
            hash = (hash << 1) + GEAR[window.get(start + at) & 0xff];
            if (hash >>> OFTEN_SHIFT == 0) {
                return at + 1;
            }
        }
        return available;
    }

    private static long[] gear() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] name = "mirage content cutter 1".getBytes(StandardCharsets.US_ASCII);
            long[] gear = new long[256];
            for (int i = 0; i < gear.length; i++) {
                sha256.update(name);
                sha256.update((byte) i);
                gear[i] = ByteBuffer.wrap(sha256.digest()).getLong();
            }
            return gear;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
