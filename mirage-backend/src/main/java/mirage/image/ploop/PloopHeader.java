package mirage.image.ploop;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.block.BlockMap;
import mirage.image.block.EntryTable;
import mirage.image.block.TableImage;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The header, validated; numbers are little-endian.
 *
 * @param clusterSectors of 512 bytes
 * @param tableEntries a disk may be larger than its table: what lies behind reads as zeros
 * @param entrySectors what an entry of the table counts: sectors in the old version, clusters in the new one
 */
record PloopHeader(long diskBytes, int clusterSectors, long tableEntries, int entrySectors) {
    private static final String MAGIC = "WithoutFreeSpace";
    private static final String MAGIC_LARGE = "WithouFreSpacExt";
    private static final Set<String> MAGICS = Set.of(MAGIC, MAGIC_LARGE);
    private static final int BYTES = 64;
    private static final int SECTOR_BYTES = 512;
    private static final int VERSION = 2;
    private static final long IN_USE = 0x746f_6e59L;

    /** QEMU's limit. */
    private static final int MAX_CLUSTER_SECTORS = Integer.MAX_VALUE / 513;

    static boolean claims(ByteSource container) throws IOException {
        return container.length() >= MAGIC.length()
                && MAGICS.contains(
                        magic(
                                StructReader.read(
                                        "ploop magic",
                                        container,
                                        0,
                                        MAGIC.length(),
                                        ByteOrder.LITTLE_ENDIAN)));
    }

    /**
     * @throws FormatException when a field is out of bounds
     */
    static PloopHeader read(ByteSource container, Warnings warnings) throws IOException {
        StructReader in =
                StructReader.read("ploop header", container, 0, BYTES, ByteOrder.LITTLE_ENDIAN);
        in.boundedU32(16, VERSION, VERSION, "version");
        int clusterSectors = in.boundedU32(28, 1, MAX_CLUSTER_SECTORS, "tracks");
        boolean large = magic(in).equals(MAGIC_LARGE);
        long sectors =
                large
                        ? in.boundedS64(36, 0, Long.MAX_VALUE / SECTOR_BYTES, "nb_sectors")
                        : in.u32(36);
        if (in.u32(44) == IN_USE) {
            warnings.add("ploop header: marked in use, what was written last may be missing");
        }
        return new PloopHeader(
                sectors * SECTOR_BYTES, clusterSectors, in.u32(32), large ? clusterSectors : 1);
    }

    DiskImage open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        long clusterBytes = (long) clusterSectors * SECTOR_BYTES;
        EntryTable table =
                EntryTable.within(
                        container,
                        "ploop table",
                        BYTES,
                        Math.min(tableEntries, Math.ceilDiv(diskBytes, clusterBytes)),
                        Integer.BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        BlockMap.Shape shape =
                new BlockMap.Shape(
                        diskBytes,
                        clusterBytes,
                        table.entries(),
                        container.length(),
                        "ploop table",
                        BYTES);
        long endSector = Math.ceilDiv(container.length(), SECTOR_BYTES);
        BlockMap map =
                new BlockMap(
                        shape,
                        BlockMap.PastEnd.READS_AS_ZEROS,
                        cluster -> {
                            long entry = table.entry(cluster);
                            long sector = Math.min(entry * entrySectors, endSector);
                            return entry == 0 ? BlockMap.HOLE : sector * SECTOR_BYTES;
                        });
        return TableImage.mapped(PloopFormat.NAME, container, map, warnings, memory);
    }

    private static String magic(StructReader in) throws FormatException {
        return new String(in.bytes(0, MAGIC.length()), StandardCharsets.ISO_8859_1);
    }
}
