package mirage.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Small images that are near to each other. */
public final class TestImages {
    public static final int LENGTH = 6 << 20;
    private static final int CLUSTER = 1 << 16;
    private static final int CHANGED_EVERY = 1 << 20;
    private static final int CHANGED = 9000;

    private TestImages() {}

    /** A disk: noise that does not compress, text that does, and zeros. */
    public static byte[] disk(long seed) {
        return disk(seed, LENGTH);
    }

    /** The same, of another length. */
    public static byte[] disk(long seed, int length) {
        Random random = new Random(seed);
        byte[] disk = new byte[length];
        byte[] noise = new byte[length / 3];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, disk, 0, noise.length);
        for (int at = noise.length; at < 2 * noise.length; at++) {
            disk[at] = (byte) ("mirage ".charAt(at % 7) + (at >> 16));
        }
        return disk;
    }

    /** A child of a disk: some of it is changed, all of it is a little longer. */
    public static byte[] child(byte[] parent, long seed) {
        Random random = new Random(seed);
        byte[] child = Arrays.copyOf(parent, parent.length + 3 * CLUSTER);
        byte[] change = new byte[CHANGED];
        for (int at = CHANGED_EVERY / 3; at + CHANGED < child.length; at += CHANGED_EVERY) {
            random.nextBytes(change);
            System.arraycopy(change, 0, child, at, CHANGED);
        }
        return child;
    }

    /** A disk in a qcow2 of version 2, after its specification: clusters of zeros are left out. */
    public static byte[] qcow2(byte[] disk) {
        int clusters = Math.ceilDiv(disk.length, CLUSTER);
        int tables = Math.ceilDiv(clusters, CLUSTER / Long.BYTES);
        int l1At = 3 * CLUSTER;
        ByteBuffer file =
                ByteBuffer.allocate((4 + tables + clusters) * CLUSTER).order(ByteOrder.BIG_ENDIAN);
        file.putInt(0, 0x514649fb).putInt(4, 2).putInt(20, 16).putLong(24, disk.length);
        file.putInt(36, tables).putLong(40, l1At).putLong(48, CLUSTER).putInt(56, 1);
        file.putLong(CLUSTER, 2L * CLUSTER);
        int end = (4 + tables) * CLUSTER;
        for (int cluster = 0; cluster < clusters; cluster++) {
            int table = cluster / (CLUSTER / Long.BYTES);
            int tableAt = (4 + table) * CLUSTER;
            file.putLong(l1At + table * Long.BYTES, tableAt | 1L << 63);
            int length = Math.min(CLUSTER, disk.length - cluster * CLUSTER);
            byte[] piece = Arrays.copyOfRange(disk, cluster * CLUSTER, cluster * CLUSTER + length);
            if (!Arrays.equals(piece, new byte[length])) {
                file.putLong(
                        tableAt + cluster % (CLUSTER / Long.BYTES) * Long.BYTES, end | 1L << 63);
                file.put(end, piece);
                end += CLUSTER;
            }
        }
        for (int cluster = 0; cluster < end / CLUSTER; cluster++) {
            file.putShort(2 * CLUSTER + 2 * cluster, (short) 1);
        }
        return Arrays.copyOf(file.array(), end);
    }
}
