package mirage.image.vhdx;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The regions (section 2.2.3), from the first of two equal tables that agrees with its checksum.
 *
 * @param table the block allocation table
 */
record VhdxRegions(Region table, Region metadata) {
    private static final int TABLE_BYTES = 64 << 10;
    private static final long[] PLACES = {192 << 10, 256 << 10};
    private static final long SIGNATURE = 0x69676572L;
    private static final int HEADER_BYTES = 16;
    private static final int ENTRY_BYTES = 32;
    private static final int MAX_ENTRIES = 2047;
    private static final int MIB = 1 << 20;

    private static final Guid TABLE_REGION = new Guid(0x4200f6232dc27766L, 0x084afd9b5e11649dL);
    private static final Guid METADATA_REGION = new Guid(0x4b9a47908b7ca206L, 0x6e880f055f57feb8L);

    /**
     * @param offset within the container
     * @param length as it is stated
     */
    record Region(long offset, long length) {}

    /**
     * @throws FormatException when neither table is valid, or the current one lacks a region or demands an unknown one
     */
    static VhdxRegions read(ByteSource container) throws IOException {
        for (long place : PLACES) {
            StructReader in =
                    VhdxHeader.valid("VHDX region table", container, place, TABLE_BYTES, SIGNATURE);
            if (in != null) {
                return read(container, in);
            }
        }
        throw new FormatException(
                "VHDX region tables at 196608 and 262144: expected one with its checksum, found none");
    }

    private static VhdxRegions read(ByteSource container, StructReader in) throws FormatException {
        int count = in.boundedU32(8, 0, MAX_ENTRIES, "entry count");
        Region table = null;
        Region metadata = null;
        for (int i = 0; i < count; i++) {
            int at = HEADER_BYTES + i * ENTRY_BYTES;
            Guid guid = Guid.at(in, at);
            if (guid.equals(TABLE_REGION)) {
                table = region(container, in, at);
            } else if (guid.equals(METADATA_REGION)) {
                metadata = region(container, in, at);
            } else {
                in.require((in.u32(at + 28) & 1) == 0, "region", at, "one that we know", guid);
            }
        }
        return new VhdxRegions(required(in, table), required(in, metadata));
    }

    private static Region required(StructReader in, @Nullable Region region)
            throws FormatException {
        if (region == null) {
            throw in.refuse("entries", HEADER_BYTES, "a table and metadata", "one is missing");
        }
        return region;
    }

    private static Region region(ByteSource container, StructReader in, int at)
            throws FormatException {
        long offset = in.boundedS64(at + 16, MIB, container.length(), "region offset");
        in.require(offset % MIB == 0, "region offset", at + 16, "a multiple of 1 MiB", offset);
        return new Region(offset, in.u32(at + 24));
    }
}
