package mirage.filesystem.fat;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.cluster.ClusterGeometry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The boot sector, validated. "Boot Sector and BPB", "FAT Type Determination".
 *
 * @param bits of a value in the table: 12, 16 or 28
 * @param geometry where clusters and tables lie
 * @param sizeBytes of the file system by its own count, which may be more than the volume holds
 * @param rootAt where the root directory of FAT12 and FAT16 begins
 * @param rootBytes how long it is, 0 in FAT32
 * @param rootCluster where that of FAT32 begins
 * @param dirty whether it was not unmounted
 * @param extended whether it has a serial number and a label
 * @param serial number
 * @param label 11 bytes
 */
record FatBootSector(
        int bits,
        ClusterGeometry geometry,
        long sizeBytes,
        long rootAt,
        int rootBytes,
        long rootCluster,
        boolean dirty,
        boolean extended,
        long serial,
        byte[] label) {
    private static final int LENGTH = 512;
    private static final int ENTRY_BYTES = 32;
    private static final int MAX_TABLES = 255;
    private static final int TABLE_NOT_MIRRORED = 0x80;
    private static final int EXTENDED = 0x29;
    private static final int EXTENDED_WITHOUT_LABEL = 0x28;
    private static final int DIRTY = 1;

    /** "FAT Type Determination": the most clusters of each type; of FAT32, those below the mark of a bad one. */
    private static final long MAX_FAT12 = 4084;

    private static final long MAX_FAT16 = 65524;
    private static final long MAX_FAT32 = 0x0fff_fff5L;

    /**
     * @return null when the volume does not claim to be FAT: it has neither its name nor a boot sector and table that
     *     are as they must be
     * @throws FormatException when it has the name, and cannot be read by what the boot sector says
     */
    static @Nullable FatBootSector read(ByteSource volume) throws IOException {
        if (volume.length() < LENGTH) {
            return null;
        }
        StructReader in =
                StructReader.read("fat boot sector", volume, 0, LENGTH, ByteOrder.LITTLE_ENDIAN);
        boolean jumps = in.u8(0) == 0xeb || in.u8(0) == 0xe9;
        boolean named = ascii(in, 54, 3).equals("FAT") || ascii(in, 82, 3).equals("FAT");
        try {
            FatBootSector sector = geometry(in);
            return jumps && named || beginsWithMedia(sector, in, volume) ? sector : null;
        } catch (FormatException e) {
            if (jumps && named) {
                throw e;
            }
            return null;
        }
    }

    /** The value of cluster 0 in the table is the kind of medium, with all upper bits set. */
    private static boolean beginsWithMedia(FatBootSector sector, StructReader in, ByteSource volume)
            throws IOException {
        if (sector.sizeBytes > volume.length()) {
            return false;
        }
        StructReader table =
                StructReader.read(
                        "fat table", volume, sector.geometry.tableAt(), 4, ByteOrder.LITTLE_ENDIAN);
        return table.u8(0) == in.u8(21) && table.u8(1) == 0xff;
    }

    private static FatBootSector geometry(StructReader in) throws FormatException {
        int sectorBytes = powerOfTwo(in, in.u16(11), 512, 4096, "BPB_BytsPerSec", 11);
        int sectorsPerCluster = powerOfTwo(in, in.u8(13), 1, 128, "BPB_SecPerClus", 13);
        int reserved = in.u16(14);
        in.require(reserved > 0, "BPB_RsvdSecCnt", 14, "more than 0", reserved);
        int tables = in.u8(16);
        in.require(tables > 0, "BPB_NumFATs", 16, "from 1 to " + MAX_TABLES, tables);
        int media = in.u8(21);
        in.require(media >= 0xf8 || media == 0xf0, "BPB_Media", 21, "0xf0 or from 0xf8 on", media);
        int rootEntries = in.u16(17);
        in.require(
                rootEntries * ENTRY_BYTES % sectorBytes == 0,
                "BPB_RootEntCnt",
                17,
                "whole sectors of entries",
                rootEntries);
        boolean wide = in.u16(22) == 0;
        long tableSectors = wide ? in.u32(36) : in.u16(22);
        in.require(tableSectors > 0, "BPB_FATSz", wide ? 36 : 22, "more than 0", tableSectors);
        long sectors = in.u16(19) == 0 ? in.u32(32) : in.u16(19);
        long rootSector = reserved + tables * tableSectors;
        long dataSector = rootSector + rootEntries * ENTRY_BYTES / sectorBytes;
        in.require(
                sectors >= dataSector + sectorsPerCluster,
                "BPB_TotSec",
                in.u16(19) == 0 ? 32 : 19,
                "a cluster behind sector " + dataSector,
                sectors);
        long clusters = (sectors - dataSector) / sectorsPerCluster;
        int bits = wide ? 28 : clusters > MAX_FAT12 ? 16 : 12;
        long most = wide ? MAX_FAT32 : MAX_FAT16;
        in.require(clusters <= most, "clusters", 32, "up to " + most, clusters);
        int entryBits = wide ? 32 : bits;
        long inTable = tableSectors * sectorBytes * 8 / entryBits - ClusterGeometry.FIRST_CLUSTER;
        in.require(inTable > 0, "BPB_FATSz", 36, "room for a cluster", tableSectors);
        int inUse = tableInUse(in, wide, tables);
        long tableBytes = tableSectors * sectorBytes;
        long firstTable = (long) reserved * sectorBytes;
        return new FatBootSector(
                bits,
                new ClusterGeometry(
                        sectorsPerCluster * sectorBytes,
                        dataSector * sectorBytes,
                        Math.min(clusters, inTable),
                        firstTable + Math.max(0, inUse) * tableBytes,
                        inUse < 0 && tables > 1
                                ? firstTable + tableBytes
                                : ClusterGeometry.NO_TABLE,
                        entryBits,
                        bits),
                sectors * sectorBytes,
                rootSector * sectorBytes,
                rootEntries * ENTRY_BYTES,
                wide ? in.u32(44) : 0,
                (in.u8(wide ? 65 : 37) & DIRTY) != 0,
                isExtended(in.u8(wide ? 66 : 38)),
                in.u32(wide ? 67 : 39),
                in.bytes(wide ? 71 : 43, 11));
    }

    /** Number of the one table that is in use, -1 when all are, and are kept equal. "BPB_ExtFlags". */
    private static int tableInUse(StructReader in, boolean wide, int tables)
            throws FormatException {
        int flags = wide ? in.u16(40) : 0;
        if ((flags & TABLE_NOT_MIRRORED) == 0) {
            return -1;
        }
        int inUse = flags & 0xf;
        in.require(inUse < tables, "BPB_ExtFlags", 40, "a table of " + tables, inUse);
        return inUse;
    }

    private static boolean isExtended(int signature) {
        return signature == EXTENDED || signature == EXTENDED_WITHOUT_LABEL;
    }

    private static int powerOfTwo(
            StructReader in, int value, int min, int max, String field, int at)
            throws FormatException {
        in.require(
                value >= min && value <= max && Integer.bitCount(value) == 1,
                field,
                at,
                "a power of two from " + min + " to " + max,
                value);
        return value;
    }

    private static String ascii(StructReader in, int at, int length) throws FormatException {
        return new String(in.bytes(at, length), StandardCharsets.ISO_8859_1);
    }
}
