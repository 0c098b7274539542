package mirage;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Breaks binary structures: each call returns a copy with one to eight changes, of the kinds that find holes in
 * parsers. Fields sit at multiples of their width, most often near the beginning and where the seed is not zero, so
 * these places are hit more often than others.
 */
public final class ByteMutations {
    private static final long[] EDGES = {
        0,
        1,
        2,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_ffffL,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -512
    };
    private static final int HEAD_BYTES = 1024;

    private final RandomGenerator random;

    public ByteMutations(RandomGenerator random) {
        this.random = random;
    }

    public byte[] mutate(byte[] seed) {
        byte[] bytes = seed.clone();
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes && bytes.length >= 8; i++) {
            bytes = change(bytes);
        }
        return bytes;
    }

    private byte[] change(byte[] bytes) {
        int at = place(bytes);
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> put(bytes, at, 2, edge(), random.nextBoolean());
            case 3 -> put(bytes, at, 4, edge(), random.nextBoolean());
            case 4 -> put(bytes, at, 8, edge(), random.nextBoolean());
            case 5 -> put(bytes, at, 8, random.nextLong(2L * bytes.length), random.nextBoolean());
            case 6 -> put(bytes, at, 4, random.nextLong(2L * bytes.length), random.nextBoolean());
            case 7 -> {
                int from = place(bytes);
                int length = Math.min(1 + random.nextInt(64), bytes.length - Math.max(at, from));
                System.arraycopy(bytes, from, bytes, at, length);
            }
            case 8 -> {
                byte fill = (byte) (random.nextBoolean() ? 0 : 0xff);
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(64)), fill);
            }
            default -> {
                // Cutting hides all that follows: seldom, so that other changes are seen.
                if (random.nextInt(8) == 0) {
                    return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                }
                put(bytes, at, 8, add(bytes, at), false);
            }
        }
        return bytes;
    }

    private int place(byte[] bytes) {
        int width = 1 << random.nextInt(4);
        int bound = random.nextInt(3) == 0 ? Math.min(HEAD_BYTES, bytes.length) : bytes.length;
        int at = random.nextInt(bound);
        if (random.nextInt(4) != 0) {
            int searched = 0;
            while (bytes[at] == 0 && searched++ < bytes.length) {
                at = (at + 1) % bytes.length;
            }
        }
        return at / width * width;
    }

    private long edge() {
        return EDGES[random.nextInt(EDGES.length)];
    }

    /** The big-endian value there, moved a little or by a power of two. */
    private long add(byte[] bytes, int at) {
        long value = 0;
        for (int i = at; i < Math.min(at + 8, bytes.length); i++) {
            value = value << 8 | bytes[i] & 0xff;
        }
        long step = random.nextBoolean() ? 1L << random.nextInt(64) : random.nextInt(-64, 65);
        return value + step;
    }

    private static void put(byte[] bytes, int at, int width, long value, boolean littleEndian) {
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            int shift = 8 * (littleEndian ? i : width - 1 - i);
            bytes[at + i] = (byte) (value >>> shift);
        }
    }
}
