package mirage.image.vhdx;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.image.DiskImage.External;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the metadata region says (section 2.6), validated.
 *
 * @param sectorBytes of the guest's sectors, 512 or 4096
 * @param parents empty for a disk that stands alone
 */
record VhdxMetadata(long diskBytes, int blockBytes, int sectorBytes, List<External> parents) {
    private static final int TABLE_BYTES = 64 << 10;
    private static final int HEADER_BYTES = 32;
    private static final int ENTRY_BYTES = 32;
    private static final int MAX_ENTRIES = 2047;
    private static final long SIGNATURE = 0x617461646174656dL;
    private static final int REQUIRED = 1 << 2;
    private static final int HAS_PARENT = 1 << 1;
    private static final int MIN_BLOCK_BYTES = 1 << 20;
    private static final int MAX_BLOCK_BYTES = 256 << 20;
    private static final long MAX_DISK_BYTES = 64L << 40;
    private static final int MAX_LOCATOR_BYTES = 1 << 20;
    private static final int MAX_LOCATOR_PAIRS = 64;
    private static final int PAIR_BYTES = 12;

    private static final Guid FILE_PARAMETERS = new Guid(0x4d43fa36caa16737L, 0x6be744aaf033b6b3L);
    private static final Guid DISK_SIZE = new Guid(0x4876cd1b2fa54224L, 0xb8f43bd8be5d11b2L);
    private static final Guid SECTOR_SIZE = new Guid(0x4709a96f8141bf1dL, 0x5fabfaa833f247baL);
    private static final Guid PARENT_LOCATOR = new Guid(0x454db30ba8d35f2dL, 0x0cab3448d8d3f7abL);
    private static final Guid PAGE_83 = new Guid(0x4523b2e6beca12abL, 0x46c700e009c3ef93L);
    private static final Guid PHYSICAL_SECTOR = new Guid(0x4471445dcda348c7L, 0x56c5515288e9c99cL);

    /**
     * @throws FormatException when an item that we need is missing or out of bounds, or there is one that we do not know and
     *     that a reader must know
     */
    static VhdxMetadata read(ByteSource container, VhdxRegions.Region region) throws IOException {
        StructReader in = VhdxHeader.read("VHDX metadata", container, region.offset(), TABLE_BYTES);
        in.require(in.s64(0) == SIGNATURE, "signature", 0, "metadata", Long.toHexString(in.s64(0)));
        int count = in.u16(10);
        in.require(count <= MAX_ENTRIES, "entry count", 10, "at most " + MAX_ENTRIES, count);
        Map<Guid, StructReader> items = new HashMap<>();
        for (int i = 0; i < count; i++) {
            StructReader entry = in.sub("entry", HEADER_BYTES + i * ENTRY_BYTES, ENTRY_BYTES);
            Guid guid = Guid.at(entry, 0);
            entry.require(
                    isKnown(guid) || (entry.u32(24) & REQUIRED) == 0,
                    "item",
                    0,
                    "one that we know",
                    guid);
            items.put(guid, entry);
        }
        StructReader parameters = item(container, region, items, FILE_PARAMETERS, 8);
        int blockBytes = parameters.boundedU32(0, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES, "block size");
        parameters.require(
                Integer.bitCount(blockBytes) == 1, "block size", 0, "a power of two", blockBytes);
        int sectorBytes = sectorBytes(item(container, region, items, SECTOR_SIZE, 4));
        StructReader size = item(container, region, items, DISK_SIZE, 8);
        long diskBytes = size.boundedS64(0, 0, MAX_DISK_BYTES, "virtual disk size");
        size.require(
                diskBytes % sectorBytes == 0,
                "virtual disk size",
                0,
                "a multiple of " + sectorBytes,
                diskBytes);
        boolean hasParent = (parameters.u32(4) & HAS_PARENT) != 0;
        return new VhdxMetadata(
                diskBytes,
                blockBytes,
                sectorBytes,
                hasParent ? parents(container, region, items) : List.of());
    }

    private static boolean isKnown(Guid guid) {
        return List.of(
                        FILE_PARAMETERS,
                        DISK_SIZE,
                        SECTOR_SIZE,
                        PARENT_LOCATOR,
                        PAGE_83,
                        PHYSICAL_SECTOR)
                .contains(guid);
    }

    private static int sectorBytes(StructReader in) throws FormatException {
        int bytes = in.boundedU32(0, 512, 4096, "logical sector size");
        in.require(bytes == 512 || bytes == 4096, "logical sector size", 0, "512 or 4096", bytes);
        return bytes;
    }

    private static StructReader item(
            ByteSource container,
            VhdxRegions.Region region,
            Map<Guid, StructReader> items,
            Guid guid,
            int bytes)
            throws IOException {
        StructReader entry = items.get(guid);
        if (entry == null) {
            throw new FormatException(
                    "VHDX metadata at " + region.offset() + ": expected item " + guid);
        }
        return VhdxHeader.read(
                "VHDX metadata item", container, region.offset() + entry.u32(16), bytes);
    }

    /** Section 2.6.2.6, "Parent Locator": pairs of texts, of which those that are paths name the same file. */
    private static List<External> parents(
            ByteSource container, VhdxRegions.Region region, Map<Guid, StructReader> items)
            throws IOException {
        List<External> parents = new ArrayList<>();
        StructReader entry = items.get(PARENT_LOCATOR);
        if (entry == null) {
            return List.of(new External("parent", ""));
        }
        int bytes = entry.boundedU32(20, 20, MAX_LOCATOR_BYTES, "parent locator length");
        StructReader in = item(container, region, items, PARENT_LOCATOR, bytes);
        int pairs = Math.min(in.u16(18), MAX_LOCATOR_PAIRS);
        for (int i = 0; i < pairs; i++) {
            StructReader pair = in.sub("pair", 20 + i * PAIR_BYTES, PAIR_BYTES);
            String key = text(in, pair.u32(0), pair.u16(8));
            if (key.endsWith("_path")) {
                parents.add(new External("parent " + key, text(in, pair.u32(4), pair.u16(10))));
            }
        }
        return parents.isEmpty() ? List.of(new External("parent", "")) : parents;
    }

    private static String text(StructReader in, long at, int bytes) throws FormatException {
        int start = (int) Math.min(at, Integer.MAX_VALUE - bytes);
        return new String(in.bytes(start, bytes), StandardCharsets.UTF_16LE);
    }
}
