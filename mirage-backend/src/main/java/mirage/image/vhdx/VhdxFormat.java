package mirage.image.vhdx;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormat;
import mirage.image.block.BlockMap;
import mirage.image.block.EntryTable;
import mirage.image.block.TableImage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/** VHDX. Opening reads the header, the tables of regions and metadata, and the block allocation table once. */
public final class VhdxFormat implements ImageFormat {
    static final String NAME = "vhdx";

    private static final int SIGNATURE_BYTES = 8;
    private static final long SIGNATURE = 0x656c696678646876L;
    private static final String TABLE = "VHDX block allocation table";

    /** Section 2.5.1: what a table says of a block. */
    private static final int NOT_PRESENT = 0;

    private static final int UNDEFINED = 1;
    private static final int ZERO = 2;
    private static final int UNMAPPED = 3;

    /** What drafts of the specification wrote for {@link #UNMAPPED}; QEMU reads it so. */
    private static final int UNMAPPED_EARLY = 5;

    private static final int FULLY_PRESENT = 6;
    private static final int STATE_MASK = 7;
    private static final int OFFSET_SHIFT = 20;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable DiskImage open(
            ByteSource container, Warnings warnings, MemoryPool.Share memory) throws IOException {
        if (container.length() < SIGNATURE_BYTES
                || VhdxHeader.read("VHDX signature", container, 0, SIGNATURE_BYTES).s64(0)
                        != SIGNATURE) {
            return null;
        }
        VhdxLog.requireReplayed(container, VhdxHeader.read(container));
        VhdxRegions regions = VhdxRegions.read(container);
        VhdxMetadata metadata = VhdxMetadata.read(container, regions.metadata());
        if (!metadata.parents().isEmpty()) {
            return TableImage.elsewhere(NAME, metadata.diskBytes(), metadata.parents());
        }
        return TableImage.mapped(
                NAME, container, map(container, regions.table(), metadata), warnings, memory);
    }

    /** Section 2.5: after as many blocks as a bitmap of 1 MiB has sectors for comes an entry for that bitmap. */
    private static BlockMap map(
            ByteSource container, VhdxRegions.Region region, VhdxMetadata metadata)
            throws FormatException {
        long chunkBlocks = (1L << 23) * metadata.sectorBytes() / metadata.blockBytes();
        long blocks = Math.ceilDiv(metadata.diskBytes(), metadata.blockBytes());
        long entries = blocks + Math.max(0, blocks - 1) / chunkBlocks;
        if (entries > region.length() / Long.BYTES) {
            throw new FormatException(
                    TABLE
                            + " at "
                            + region.offset()
                            + ": expected "
                            + entries
                            + " entries, its region has "
                            + region.length()
                            + " bytes");
        }
        EntryTable table =
                EntryTable.within(
                        container,
                        TABLE,
                        region.offset(),
                        entries,
                        Long.BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        return new BlockMap(
                new BlockMap.Shape(
                        metadata.diskBytes(),
                        metadata.blockBytes(),
                        container.length(),
                        TABLE,
                        region.offset()),
                BlockMap.PastEnd.CANNOT_BE_READ,
                block -> placeOf(table.entry(block + block / chunkBlocks)));
    }

    /** A block that is partially present is the business of differencing images. */
    private static long placeOf(long entry) {
        return switch ((int) entry & STATE_MASK) {
            case NOT_PRESENT, UNDEFINED, ZERO, UNMAPPED, UNMAPPED_EARLY -> BlockMap.HOLE;
            case FULLY_PRESENT -> {
                long offset = entry >>> OFFSET_SHIFT << OFFSET_SHIFT;
                yield offset < 0 ? BlockMap.BROKEN : offset;
            }
            default -> BlockMap.BROKEN;
        };
    }
}
