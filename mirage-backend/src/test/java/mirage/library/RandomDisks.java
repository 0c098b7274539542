package mirage.library;

import java.util.Random;

/** Bytes as disks hold them: zeros, content that comes again, random content, text; one seed gives one disk. */
public final class RandomDisks {
    private static final int MAX_STRETCH_BYTES = 200_000;

    private RandomDisks() {}

    public static byte[] disk(long seed, int size) {
        Random random = new Random(seed);
        byte[] again = new byte[50_000];
        new Random(7).nextBytes(again);
        byte[] disk = new byte[size];
        for (int at = 0; at < size; ) {
            int length = Math.min(size - at, 1 + random.nextInt(MAX_STRETCH_BYTES));
            switch (random.nextInt(4)) {
                case 0 -> at += length;
                case 1 -> at += copy(again, disk, at, length);
                case 2 -> {
                    byte[] fresh = new byte[length];
                    random.nextBytes(fresh);
                    at += copy(fresh, disk, at, length);
                }
                default -> {
                    for (int end = at + length; at < end; at++) {
                        disk[at] = (byte) ('a' + at % 23 % 7);
                    }
                }
            }
        }
        return disk;
    }

    /** The disk with some ranges of at most 1,000 bytes replaced. */
    public static byte[] changed(byte[] disk, long seed, int changes) {
        Random random = new Random(seed);
        byte[] changed = disk.clone();
        for (int i = 0; i < changes; i++) {
            byte[] fresh = new byte[1 + random.nextInt(1000)];
            random.nextBytes(fresh);
            int at = random.nextInt(disk.length);
            System.arraycopy(fresh, 0, changed, at, Math.min(fresh.length, disk.length - at));
        }
        return changed;
    }

    private static int copy(byte[] from, byte[] to, int at, int length) {
        int count = Math.min(length, from.length);
        System.arraycopy(from, 0, to, at, count);
        return count;
    }
}
