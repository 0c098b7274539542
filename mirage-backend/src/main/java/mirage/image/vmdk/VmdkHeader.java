package mirage.image.vmdk;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The header of a hosted sparse extent ("Hosted Sparse Extent Header"), validated; numbers are little-endian, most of them count
 * sectors. Where the header says that the grain directory is at the end, a footer of the same form, the last but one sector, takes its
 * place ("Stream-Optimized Compressed Sparse Extents").
 *
 * @param grainSectors how much of the disk a grain holds
 * @param tableEntries how many grains a grain table has
 * @param directoryOffset of the grain directory in bytes
 * @param redundantOffset of the second copy of the directory in bytes, 0 when there is none
 */
record VmdkHeader(
        long diskBytes,
        int grainSectors,
        int tableEntries,
        long directoryOffset,
        long redundantOffset,
        long descriptorOffset,
        long descriptorBytes,
        boolean zeroedGrains,
        boolean compressed,
        boolean markers) {
    static final int SECTOR_BYTES = 512;

    private static final long MAGIC = 0x564d444bL;
    private static final int BYTES = 512;
    private static final long AT_END = -1;
    private static final int MARKER_FOOTER = 3;
    private static final int MARKER_END = 0;
    private static final int MARKER_TYPE = 12;
    private static final long MAX_SECTORS = Long.MAX_VALUE / SECTOR_BYTES;

    private static final int REDUNDANT_TABLES = 1 << 1;
    private static final int ZEROED_GRAINS = 1 << 2;
    private static final int MARKERS = 1 << 17;
    private static final int DEFLATE = 1;

    /** QEMU's limits: grains of at most 1 GiB, tables of at most 512 entries. */
    private static final int MAX_GRAIN_SECTORS = 0x20_0000;

    private static final int MAX_TABLE_ENTRIES = 512;

    /** A compressed grain is decoded in memory; VMware and QEMU make grains of 64 KiB. */
    private static final int MAX_COMPRESSED_GRAIN_SECTORS = (2 << 20) / SECTOR_BYTES;

    /**
     * Reads the header of a container that has the magic.
     *
     * @throws FormatException when a field is out of bounds
     */
    static VmdkHeader read(ByteSource container) throws IOException {
        StructReader in = readAt("VMDK header", container, 0);
        return validated(in.s64(56) == AT_END ? footer(container) : in);
    }

    long grainBytes() {
        return (long) grainSectors * SECTOR_BYTES;
    }

    private static VmdkHeader validated(StructReader in) throws FormatException {
        in.boundedU32(4, 1, 3, "version");
        long flags = in.u32(8);
        boolean compressed = in.u16(77) == DEFLATE;
        in.require(compressed || in.u16(77) == 0, "compressAlgorithm", 77, "0 or 1", in.u16(77));
        long maxGrain = compressed ? MAX_COMPRESSED_GRAIN_SECTORS : MAX_GRAIN_SECTORS;
        return new VmdkHeader(
                in.boundedS64(12, 0, MAX_SECTORS, "capacity") * SECTOR_BYTES,
                (int) in.boundedS64(20, 1, maxGrain, "grainSize"),
                in.boundedU32(44, 1, MAX_TABLE_ENTRIES, "numGTEsPerGT"),
                in.boundedS64(56, 0, MAX_SECTORS, "gdOffset") * SECTOR_BYTES,
                (flags & REDUNDANT_TABLES) == 0
                        ? 0
                        : in.boundedS64(48, 0, MAX_SECTORS, "rgdOffset") * SECTOR_BYTES,
                in.boundedS64(28, 0, MAX_SECTORS, "descriptorOffset") * SECTOR_BYTES,
                in.boundedS64(36, 0, MAX_SECTORS, "descriptorSize") * SECTOR_BYTES,
                (flags & ZEROED_GRAINS) != 0,
                compressed,
                (flags & MARKERS) != 0);
    }

    /** It stands between its marker and the one that ends the stream, a sector each. */
    private static StructReader footer(ByteSource container) throws IOException {
        long end = container.length() / SECTOR_BYTES * SECTOR_BYTES;
        StructReader marker = readAt("VMDK footer marker", container, end - 3 * SECTOR_BYTES);
        marker.require(
                marker.u32(8) == 0 && marker.u32(MARKER_TYPE) == MARKER_FOOTER,
                "type",
                MARKER_TYPE,
                Integer.toString(MARKER_FOOTER),
                marker.u32(MARKER_TYPE));
        StructReader last = readAt("VMDK end marker", container, end - SECTOR_BYTES);
        last.require(
                last.s64(0) == 0 && last.u32(8) == 0 && last.u32(MARKER_TYPE) == MARKER_END,
                "type",
                MARKER_TYPE,
                Integer.toString(MARKER_END),
                last.u32(MARKER_TYPE));
        StructReader footer = readAt("VMDK footer", container, end - 2 * SECTOR_BYTES);
        footer.require(footer.u32(0) == MAGIC, "magic", 0, "KDMV", footer.u32(0));
        return footer;
    }

    private static StructReader readAt(String name, ByteSource container, long at)
            throws IOException {
        return StructReader.read(name, container, at, BYTES, ByteOrder.LITTLE_ENDIAN);
    }
}
