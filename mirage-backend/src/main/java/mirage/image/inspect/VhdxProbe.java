package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Microsoft's VHDX (MS-VHDX, sections 2.2.3 "Region Table" and 2.6 "Metadata Region"): the first region table names the
 * metadata region, whose table names the size of the disk and the file's parameters.
 */
final class VhdxProbe implements FormatProbe {
    private static final String VHDX = "vhdx";
    private static final int REGION_TABLE = 192 << 10;
    private static final int TABLE_BYTES = 64 << 10;
    private static final int MAX_ENTRIES = 2047;
    private static final int ENTRY_BYTES = 32;
    private static final int REGION_HEADER_BYTES = 16;
    private static final int METADATA_HEADER_BYTES = 32;
    private static final int HAS_PARENT = 1 << 1;

    /** GUIDs as two numbers of 8 bytes, little-endian. */
    private static final Guid METADATA_REGION = new Guid(0x4b9a47908b7ca206L, 0x6e880f055f57feb8L);

    private static final Guid DISK_SIZE = new Guid(0x4876cd1b2fa54224L, 0xb8f43bd8be5d11b2L);
    private static final Guid FILE_PARAMETERS = new Guid(0x4d43fa36caa16737L, 0x6be744aaf033b6b3L);

    @Override
    public String format() {
        return VHDX;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, 0, "vhdxfile");
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        StructReader regions = read("VHDX region table", image, REGION_TABLE, TABLE_BYTES);
        regions.require(regions.u32(0) == 0x69676572, "signature", 0, "regi", regions.u32(0));
        int count = regions.boundedU32(8, 0, MAX_ENTRIES, "entry count");
        StructReader region = find(regions, REGION_HEADER_BYTES, count, METADATA_REGION);
        if (region == null) {
            throw regions.refuse("metadata region", REGION_HEADER_BYTES, "an entry", "none");
        }
        long at = region.boundedS64(16, 0, image.length(), "metadata offset");
        return fromMetadata(image, at);
    }

    private static FormatMatch fromMetadata(ByteSource image, long at) throws IOException {
        StructReader header = read("VHDX metadata", image, at, METADATA_HEADER_BYTES);
        header.require(
                header.s64(0) == 0x617461646174656dL, "signature", 0, "metadata", header.s64(0));
        int count = header.u16(10);
        header.require(count <= MAX_ENTRIES, "entry count", 10, "at most " + MAX_ENTRIES, count);
        StructReader table =
                read("VHDX metadata", image, at, METADATA_HEADER_BYTES + count * ENTRY_BYTES);
        StructReader size = item(image, at, table, count, DISK_SIZE, 8);
        if (size == null) {
            throw table.refuse("virtual disk size", METADATA_HEADER_BYTES, "an entry", "none");
        }
        StructReader parameters = item(image, at, table, count, FILE_PARAMETERS, 8);
        boolean hasParent = parameters != null && (parameters.u32(4) & HAS_PARENT) != 0;
        return FormatMatch.of(
                VHDX,
                size.boundedS64(0, 0, Long.MAX_VALUE, "virtual disk size"),
                hasParent
                        ? List.of(new SafetyFailure(SafetyFailure.PARENT, "Image has a parent"))
                        : List.of());
    }

    private static @Nullable StructReader item(
            ByteSource image, long region, StructReader table, int count, Guid id, int bytes)
            throws IOException {
        StructReader entry = find(table, METADATA_HEADER_BYTES, count, id);
        return entry == null
                ? null
                : read("VHDX metadata item", image, region + entry.u32(16), bytes);
    }

    /** The first entry of a table that has the GUID. */
    private static @Nullable StructReader find(StructReader table, int first, int count, Guid id)
            throws IOException {
        for (int i = 0; i < count; i++) {
            int at = first + i * ENTRY_BYTES;
            if (new Guid(table.s64(at), table.s64(at + 8)).equals(id)) {
                return table.sub("entry", at, ENTRY_BYTES);
            }
        }
        return null;
    }

    private static StructReader read(String name, ByteSource image, long at, int bytes)
            throws IOException {
        return StructReader.read(name, image, at, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    private record Guid(long first, long second) {}
}
