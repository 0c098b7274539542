package mirage.image.vdi;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.External;
import mirage.image.block.BlockMap;
import mirage.image.block.EntryTable;
import mirage.image.block.TableImage;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;

/**
 * The header, validated; numbers are little-endian.
 *
 * @param type one of 1 (dynamic), 2 (static), 3 (undo), 4 (differencing)
 * @param diskBytes whole sectors
 * @param parent UUID of the image that this one lives on, in hexadecimal as it is stored; all zeros when there is none
 */
record VdiHeader(
        int type, long diskBytes, int blockBytes, long mapOffset, long dataOffset, String parent) {
    private static final long MAGIC = 0xbeda107fL;
    private static final int MAGIC_OFFSET = 0x40;
    private static final int BYTES = 512;
    private static final int SECTOR_BYTES = 512;
    private static final int VERSION = 0x0001_0001;
    private static final int UNDO = 3;
    private static final int UUID_BYTES = 16;
    private static final String NO_PARENT = "0".repeat(2 * UUID_BYTES);

    /** VirtualBox writes blocks of 1 MiB, QEMU reads no others. */
    private static final int MIN_BLOCK_BYTES = 4096;

    private static final int MAX_BLOCK_BYTES = 256 << 20;

    /** Entries from here on have no place: never written, or discarded. */
    private static final long NO_BLOCK = 0xffff_fffeL;

    static boolean claims(ByteSource container) throws IOException {
        return container.length() >= MAGIC_OFFSET + 4
                && StructReader.read(
                                        "VDI magic",
                                        container,
                                        MAGIC_OFFSET,
                                        4,
                                        ByteOrder.LITTLE_ENDIAN)
                                .u32(0)
                        == MAGIC;
    }

    /**
     * @throws FormatException when a field is out of bounds
     */
    static VdiHeader read(ByteSource container) throws IOException {
        StructReader in =
                StructReader.read("VDI header", container, 0, BYTES, ByteOrder.LITTLE_ENDIAN);
        in.boundedU32(0x44, VERSION, VERSION, "version");
        int type = in.boundedU32(0x4c, 1, 4, "image type");
        in.boundedU32(0x168, SECTOR_BYTES, SECTOR_BYTES, "sector size");
        int blockBytes = in.boundedU32(0x178, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES, "block size");
        in.require(
                Integer.bitCount(blockBytes) == 1,
                "block size",
                0x178,
                "a power of two",
                blockBytes);
        in.boundedU32(0x17c, 0, 0, "bytes before each block");
        long stated = in.boundedS64(0x170, 0, in.u32(0x180) * blockBytes, "disk size");
        return new VdiHeader(
                type,
                Math.ceilDiv(stated, SECTOR_BYTES) * SECTOR_BYTES,
                blockBytes,
                sectorOffset(in, 0x154, "offset of the block map"),
                sectorOffset(in, 0x158, "offset of the data"),
                parent(in));
    }

    DiskImage open(ByteSource container, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        if (type >= UNDO || !parent.equals(NO_PARENT)) {
            return TableImage.elsewhere(
                    VdiFormat.NAME, diskBytes, List.of(new External("parent", parent)));
        }
        return TableImage.mapped(VdiFormat.NAME, container, map(container), warnings, memory);
    }

    private BlockMap map(ByteSource container) throws FormatException {
        EntryTable table =
                EntryTable.within(
                        container,
                        "VDI block map",
                        mapOffset,
                        Math.ceilDiv(diskBytes, blockBytes),
                        Integer.BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        return new BlockMap(
                new BlockMap.Shape(
                        diskBytes, blockBytes, container.length(), "VDI block map", mapOffset),
                BlockMap.PastEnd.READS_AS_ZEROS,
                block -> {
                    long entry = table.entry(block);
                    return entry >= NO_BLOCK ? BlockMap.HOLE : dataOffset + entry * blockBytes;
                });
    }

    private static long sectorOffset(StructReader in, int at, String field) throws FormatException {
        long offset = in.u32(at);
        in.require(offset % SECTOR_BYTES == 0, field, at, "a multiple of 512", offset);
        return offset;
    }

    /** The link and the parent are the same, or the link alone is there. */
    private static String parent(StructReader in) throws FormatException {
        String link = HexFormat.of().formatHex(in.bytes(0x1a8, UUID_BYTES));
        return link.equals(NO_PARENT)
                ? HexFormat.of().formatHex(in.bytes(0x1b8, UUID_BYTES))
                : link;
    }
}
