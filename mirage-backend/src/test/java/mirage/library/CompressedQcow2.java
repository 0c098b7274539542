package mirage.library;

import java.nio.ByteBuffer;

/** Writes qcow2 images with compressed clusters of 64 KiB, by any encoder, packed as QEMU packs them. */
final class CompressedQcow2 {
    static final int CLUSTER_BYTES = 64 << 10;

    private static final int SECTOR_BYTES = 512;
    private static final int OFFSET_BITS = 54;
    private static final long COMPRESSED = 1L << 62;
    private static final int L2_AT = 2 * CLUSTER_BYTES;
    private static final int DATA_AT = 3 * CLUSTER_BYTES;

    private CompressedQcow2() {}

    /** How clusters are compressed. */
    @FunctionalInterface
    interface ClusterEncoder {
        byte[] encode(int cluster, byte[] content);
    }

    /** An image of a disk of whole sectors; clusters of zeros are left out, those that do not shrink are plain. */
    static byte[] of(byte[] disk, ClusterEncoder encoder) {
        int clusters = Math.ceilDiv(disk.length, CLUSTER_BYTES);
        ByteBuffer image = ByteBuffer.allocate(DATA_AT + (clusters + 1) * 2 * CLUSTER_BYTES);
        image.putInt(0, 0x514649fb).putInt(4, 2).putInt(20, 16).putLong(24, disk.length);
        image.putInt(36, 1).putLong(40, CLUSTER_BYTES);
        image.putLong(CLUSTER_BYTES, L2_AT | 1L << 63);
        int end = DATA_AT;
        for (int i = 0; i < clusters; i++) {
            byte[] content = new byte[CLUSTER_BYTES];
            int from = i * CLUSTER_BYTES;
            System.arraycopy(disk, from, content, 0, Math.min(CLUSTER_BYTES, disk.length - from));
            if (isZero(content)) {
                continue;
            }
            byte[] encoded = encoder.encode(i, content);
            if (encoded.length < CLUSTER_BYTES) {
                long more = (end % SECTOR_BYTES + encoded.length - 1) / SECTOR_BYTES;
                image.putLong(L2_AT + 8 * i, COMPRESSED | more << OFFSET_BITS | end);
                image.put(end, encoded);
                end += encoded.length;
            } else {
                end = Math.ceilDiv(end, CLUSTER_BYTES) * CLUSTER_BYTES;
                image.putLong(L2_AT + 8 * i, end | 1L << 63);
                image.put(end, content);
                end += CLUSTER_BYTES;
            }
        }
        byte[] bytes = new byte[Math.ceilDiv(end, SECTOR_BYTES) * SECTOR_BYTES];
        image.get(0, bytes);
        return bytes;
    }

    /** Makes the second of two clusters name the bytes of the first. */
    static void nameTwice(byte[] image, int first, int second) {
        ByteBuffer bytes = ByteBuffer.wrap(image);
        bytes.putLong(L2_AT + 8 * second, bytes.getLong(L2_AT + 8 * first));
    }

    /** Where the bytes of a cluster begin. */
    static int place(byte[] image, int cluster) {
        return (int)
                (ByteBuffer.wrap(image).getLong(L2_AT + 8 * cluster) & (1L << OFFSET_BITS) - 1);
    }

    private static boolean isZero(byte[] content) {
        for (byte value : content) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
