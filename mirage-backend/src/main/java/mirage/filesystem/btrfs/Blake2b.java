package mirage.filesystem.btrfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** BLAKE2b with a digest of 32 bytes and no key. RFC 7693. */
final class Blake2b {
    private static final int DIGEST_BYTES = 32;
    private static final int BLOCK_BYTES = 128;
    private static final int ROUNDS = 12;

    /** As SHA-512's. */
    private static final long[] INITIAL = {
        0x6a09e667f3bcc908L,
        0xbb67ae8584caa73bL,
        0x3c6ef372fe94f82bL,
        0xa54ff53a5f1d36f1L,
        0x510e527fade682d1L,
        0x9b05688c2b3e6c1fL,
        0x1f83d9abfb41bd6bL,
        0x5be0cd19137e2179L
    };

    /** Which word of the message each step of a round takes; rounds 10 and 11 are as 0 and 1. */
    private static final int[][] SCHEDULE = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}
    };

    private final long[] state = INITIAL.clone();
    private final long[] work = new long[16];
    private final long[] message = new long[16];

    private Blake2b() {
        state[0] ^= 0x01010000 ^ DIGEST_BYTES;
    }

    /**
     * @param bytes from position 0 to the limit
     */
    static byte[] of(ByteBuffer bytes) {
        Blake2b hash = new Blake2b();
        int length = bytes.limit();
        int at = 0;
        while (length - at > BLOCK_BYTES) {
            hash.compress(bytes.slice(at, BLOCK_BYTES), at + BLOCK_BYTES, false);
            at += BLOCK_BYTES;
        }
        ByteBuffer last = ByteBuffer.allocate(BLOCK_BYTES);
        last.put(0, bytes, at, length - at);
        hash.compress(last, length, true);
        ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < DIGEST_BYTES / Long.BYTES; i++) {
            digest.putLong(hash.state[i]);
        }
        return digest.array();
    }

    private void compress(ByteBuffer block, int total, boolean isLast) {
        block.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(0, message);
        System.arraycopy(state, 0, work, 0, 8);
        System.arraycopy(INITIAL, 0, work, 8, 8);
        work[12] ^= total;
        work[14] ^= isLast ? -1 : 0;
        for (int round = 0; round < ROUNDS; round++) {
            int[] words = SCHEDULE[round % SCHEDULE.length];
            for (int i = 0; i < 4; i++) {
                long first = message[words[2 * i]];
                mix(i, 4 + i, 8 + i, 12 + i, first, message[words[2 * i + 1]]);
            }
            for (int i = 0; i < 4; i++) {
                int b = 4 + (i + 1) % 4;
                int c = 8 + (i + 2) % 4;
                int d = 12 + (i + 3) % 4;
                mix(i, b, c, d, message[words[8 + 2 * i]], message[words[9 + 2 * i]]);
            }
        }
        for (int i = 0; i < 8; i++) {
            state[i] ^= work[i] ^ work[i + 8];
        }
    }

    private void mix(int a, int b, int c, int d, long x, long y) {
        work[a] += work[b] + x;
        work[d] = Long.rotateRight(work[d] ^ work[a], 32);
        work[c] += work[d];
        work[b] = Long.rotateRight(work[b] ^ work[c], 24);
        work[a] += work[b] + y;
        work[d] = Long.rotateRight(work[d] ^ work[a], 16);
        work[c] += work[d];
        work[b] = Long.rotateRight(work[b] ^ work[c], 63);
    }
}
