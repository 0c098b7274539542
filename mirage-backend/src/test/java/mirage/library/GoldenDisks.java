package mirage.library;

import com.github.luben.zstd.ZstdInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Small images of {@code src/test/resources/golden}, as they are and inside other things. */
final class GoldenDisks {
    private static final Path ROOT = Path.of("src/test/resources/golden");
    private static final int PARTITION_OFFSET = 1 << 20;
    private static final int CLUSTER_BYTES = 64 << 10;

    /** How an image is wrapped, before its name. */
    private static final String PARTITIONED = "partitioned:";

    private static final String QCOW2 = "qcow2-of:";

    private GoldenDisks() {}

    /** A small one or more for each reader of disks, volumes and file systems besides ext4 and qcow2. */
    private static final List<String> OF_EACH_READER =
            List.of(
                    "btrfs/few.img.zst",
                    "btrfs/few-compressed.img.zst",
                    "erofs/few.img.zst",
                    "erofs/few-tails.img.zst",
                    "exfat/clusters-4k.img.zst",
                    "fat/fat12.img.zst",
                    "fat/fat32-fewest.img.zst",
                    "iso9660/few.img.zst",
                    "iso9660/few-joliet.img.zst",
                    "ntfs/few.img.zst",
                    "squashfs/few.img.zst",
                    "squashfs/few-plain.img.zst",
                    "xfs/few.img.zst",
                    "lvm/kinds.disk.zst",
                    "lvm/linear.disk.zst",
                    "lvm/nested.disk.zst",
                    "lvm/striped.disk.zst",
                    "md/layers.disk.zst",
                    "md/raid0-1.2.disk.zst",
                    "md/raid1-0.90.disk.zst",
                    "volume/dos-extended.disk.gz",
                    "volume/gpt.disk.gz",
                    "disks/ploop-converted.img.zst",
                    "disks/vdi-dynamic.img.zst",
                    "disks/vhd-dynamic.img.zst",
                    "disks/vhdx-dynamic.img.zst",
                    "disks/vmdk-sparse.img.zst",
                    "disks/vmdk-stream.img.zst");

    /**
     * Every whole golden of ext4 and qcow2 of at most {@code maxBytes}, ext4 also in a partition and in a qcow2 image;
     * and some of each other reader.
     */
    static List<String> names(long maxBytes) throws IOException {
        List<String> fileSystems = files("ext4", ".img.zst", maxBytes);
        List<String> images = files("qcow2", ".qcow2.gz", maxBytes);
        return Stream.of(
                        fileSystems.stream(),
                        fileSystems.stream().map(PARTITIONED::concat),
                        fileSystems.stream().map(QCOW2::concat),
                        images.stream(),
                        OF_EACH_READER.stream())
                .flatMap(names -> names)
                .toList();
    }

    private static List<String> files(String directory, String suffix, long maxBytes)
            throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
            List<String> names =
                    files.map(file -> ROOT.relativize(file).toString())
                            .filter(name -> name.endsWith(suffix))
                            .sorted()
                            .toList();
            return names.stream().filter(name -> unpackedSize(name) <= maxBytes).toList();
        }
    }

    private static long unpackedSize(String name) {
        try {
            return load(name).length;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static byte[] load(String name) throws IOException {
        if (name.startsWith(PARTITIONED)) {
            return partitioned(load(name.substring(PARTITIONED.length())));
        }
        if (name.startsWith(QCOW2)) {
            return qcow2(load(name.substring(QCOW2.length())));
        }
        try (InputStream file = Files.newInputStream(ROOT.resolve(name));
                InputStream in =
                        name.endsWith(".gz")
                                ? new GZIPInputStream(file)
                                : new ZstdInputStream(file)) {
            return in.readAllBytes();
        }
    }

    /** A disk with an MBR whose first partition holds the volume. */
    static byte[] partitioned(byte[] volume) {
        ByteBuffer disk =
                ByteBuffer.allocate(PARTITION_OFFSET + volume.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        disk.put(446 + 4, (byte) 0x83);
        disk.putInt(446 + 8, PARTITION_OFFSET / 512).putInt(446 + 12, volume.length / 512);
        disk.put(510, (byte) 0x55).put(511, (byte) 0xaa);
        disk.put(PARTITION_OFFSET, volume);
        return disk.array();
    }

    /** A qcow2 image of version 2 with every cluster that is not zero, in the reverse order of the disk. */
    static byte[] qcow2(byte[] disk) {
        int clusters = Math.ceilDiv(disk.length, CLUSTER_BYTES);
        int tables = Math.ceilDiv(clusters, CLUSTER_BYTES / 8);
        ByteBuffer image = ByteBuffer.allocate((2 + tables + clusters) * CLUSTER_BYTES);
        image.putInt(0, 0x514649fb).putInt(4, 2).putInt(20, 16).putLong(24, disk.length);
        image.putInt(36, tables).putLong(40, CLUSTER_BYTES);
        // No refcounts: a reader has no use for them.
        image.putLong(48, 0).putInt(56, 0);
        int next = 2 + tables;
        for (int table = 0; table < tables; table++) {
            image.putLong(CLUSTER_BYTES + 8 * table, (2L + table) * CLUSTER_BYTES);
        }
        for (int cluster = clusters - 1; cluster >= 0; cluster--) {
            int from = cluster * CLUSTER_BYTES;
            int length = Math.min(CLUSTER_BYTES, disk.length - from);
            if (isZero(disk, from, length)) {
                continue;
            }
            image.putLong(2 * CLUSTER_BYTES + 8 * cluster, (long) next * CLUSTER_BYTES);
            image.put(next * CLUSTER_BYTES, disk, from, length);
            next++;
        }
        byte[] used = new byte[next * CLUSTER_BYTES];
        image.get(0, used);
        return used;
    }

    private static boolean isZero(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
