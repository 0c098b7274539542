package mirage.image.vhd;

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
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens images with a dynamic header ("Dynamic Disk Header Format") and a block allocation table. Each block follows a bitmap of its
 * sectors; like QEMU we do not ask it, as sectors that were never written are zeros in the block.
 */
final class DynamicDisk {
    private static final int HEADER_BYTES = 1024;
    private static final int SECTOR_BYTES = 512;
    private static final long NO_BLOCK = 0xffff_ffffL;
    private static final long COOKIE = 0x6378737061727365L;
    private static final int CHECKSUM = 36;
    private static final int PARENT_NAME = 64;
    private static final int PARENT_NAME_BYTES = 512;
    private static final int LOCATORS = 576;
    private static final int LOCATOR_COUNT = 8;
    private static final int LOCATOR_BYTES = 24;

    /** Longer than any path. */
    private static final int MAX_LOCATOR_BYTES = 64 << 10;

    private DynamicDisk() {}

    /**
     * @throws FormatException when a field is out of bounds
     */
    static DiskImage open(
            ByteSource container, VhdFooter footer, Warnings warnings, MemoryPool.Share memory)
            throws IOException {
        StructReader in =
                StructReader.read(
                        "VHD dynamic header",
                        container,
                        footer.headerOffset(),
                        HEADER_BYTES,
                        ByteOrder.BIG_ENDIAN);
        in.require(in.s64(0) == COOKIE, "cookie", 0, "cxsparse", Long.toHexString(in.s64(0)));
        if (in.u32(CHECKSUM) != VhdFooter.checksum(in, CHECKSUM)) {
            warnings.add("VHD dynamic header: its checksum is wrong");
        }
        if (footer.type() == VhdFooter.DIFFERENCING) {
            return TableImage.elsewhere(
                    VhdFormat.NAME, footer.diskBytes(), parents(container, in, warnings));
        }
        return TableImage.mapped(
                VhdFormat.NAME,
                container,
                map(container, in, footer.diskBytes()),
                warnings,
                memory);
    }

    private static BlockMap map(ByteSource container, StructReader in, long diskBytes)
            throws FormatException {
        int blockBytes = in.boundedU32(32, SECTOR_BYTES, 1 << 30, "block size");
        in.require(
                Integer.bitCount(blockBytes) == 1, "block size", 32, "a power of two", blockBytes);
        long blocks = Math.ceilDiv(diskBytes, blockBytes);
        in.require(
                in.u32(28) >= blocks,
                "max table entries",
                28,
                "at least " + blocks + " for a disk of " + diskBytes + " bytes",
                in.u32(28));
        EntryTable table =
                EntryTable.within(
                        container,
                        "VHD block allocation table",
                        in.s64(16),
                        blocks,
                        Integer.BYTES,
                        ByteOrder.BIG_ENDIAN);
        int bitmapBytes = Math.ceilDiv(blockBytes / SECTOR_BYTES / 8, SECTOR_BYTES) * SECTOR_BYTES;
        return new BlockMap(
                new BlockMap.Shape(
                        diskBytes,
                        blockBytes,
                        container.length(),
                        "VHD block allocation table",
                        table.offset()),
                BlockMap.PastEnd.CANNOT_BE_READ,
                block -> {
                    long sector = table.entry(block);
                    return sector == NO_BLOCK ? BlockMap.HOLE : sector * SECTOR_BYTES + bitmapBytes;
                });
    }

    private static List<External> parents(ByteSource container, StructReader in, Warnings warnings)
            throws IOException {
        List<External> parents = new ArrayList<>();
        parents.add(
                new External(
                        "parent",
                        text(in.bytes(PARENT_NAME, PARENT_NAME_BYTES), StandardCharsets.UTF_16BE)));
        for (int i = 0; i < LOCATOR_COUNT; i++) {
            StructReader locator = in.sub("locator", LOCATORS + i * LOCATOR_BYTES, LOCATOR_BYTES);
            if (locator.u32(0) == 0) {
                continue;
            }
            try {
                parents.add(locator(container, locator));
            } catch (FormatException broken) {
                warnings.add(String.valueOf(broken.getMessage()));
            }
        }
        return parents;
    }

    private static External locator(ByteSource container, StructReader in) throws IOException {
        String platform = new String(in.bytes(0, 4), StandardCharsets.ISO_8859_1);
        int length = in.boundedU32(8, 0, MAX_LOCATOR_BYTES, "data length");
        byte[] name =
                StructReader.read(
                                "VHD parent locator",
                                container,
                                in.s64(16),
                                length,
                                ByteOrder.BIG_ENDIAN)
                        .bytes(0, length);
        return new External("parent by locator " + platform, text(name, charsetOf(platform)));
    }

    /** "Parent Locator Entries": Windows' are UTF-16 in its order, the Mac's and unknown ones are bytes. */
    private static Charset charsetOf(String platform) {
        return switch (platform) {
            case "W2ru", "W2ku" -> StandardCharsets.UTF_16LE;
            default -> StandardCharsets.UTF_8;
        };
    }

    private static String text(byte[] bytes, Charset charset) {
        String padded = new String(bytes, charset);
        int end = padded.indexOf('\0');
        return end < 0 ? padded : padded.substring(0, end);
    }
}
