package mirage.volume.lvm;

import mirage.bytes.ByteSource;
import mirage.bytes.Extent;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A volume with the label of a physical volume, which is one of its first four sectors. Integers are little-endian:
 *
 * <pre>
 *    0 "LABELONE" sector:u64 checksum:u32 contentOffset:u32 "LVM2 001"
 *   32 uuid:32 deviceBytes:u64 (offset:u64 length:u64)* 0:16 (offset:u64 length:u64)* 0:16      data areas, metadata areas
 * </pre>
 *
 * @param volume that is labelled
 * @param uuid without dashes
 * @param metadataAreas as the label says, none of them checked
 */
record PhysicalVolume(Volume volume, String uuid, List<Extent> metadataAreas) {
    private static final int SECTOR = 512;
    private static final int SECTORS_LOOKED_AT = 4;
    private static final String MAGIC = "LABELONE";
    private static final String TYPE = "LVM2 001";
    private static final int CHECKSUM_AT = 16;
    private static final int CHECKED_FROM = 20;
    private static final int UUID_LENGTH = 32;
    private static final int AREA_BYTES = 16;

    /**
     * The label of a volume.
     *
     * @return null when there is none
     * @throws FormatException when there are only damaged ones
     */
    static @Nullable PhysicalVolume read(Volume volume, ByteSource bytes) throws IOException {
        FormatException damage = null;
        for (int sector = 0; sector < SECTORS_LOOKED_AT; sector++) {
            if (bytes.length() < (sector + 1L) * SECTOR) {
                break;
            }
            StructReader in =
                    StructReader.read(
                            "LVM label",
                            bytes,
                            (long) sector * SECTOR,
                            SECTOR,
                            ByteOrder.LITTLE_ENDIAN);
            if (!text(in, 0, 8).equals(MAGIC) || !text(in, 24, 8).equals(TYPE)) {
                continue;
            }
            try {
                return read(volume, in, sector);
            } catch (FormatException e) {
                damage = e;
            }
        }
        if (damage != null) {
            throw damage;
        }
        return null;
    }

    private static PhysicalVolume read(Volume volume, StructReader in, int sector)
            throws FormatException {
        long checksum = LvmChecksum.of(in.bytes(0, SECTOR), CHECKED_FROM, SECTOR);
        in.require(
                checksum == in.u32(CHECKSUM_AT),
                "checksum",
                CHECKSUM_AT,
                Long.toHexString(checksum),
                Long.toHexString(in.u32(CHECKSUM_AT)));
        in.require(in.s64(8) == sector, "own sector", 8, Integer.toString(sector), in.s64(8));
        int content =
                in.boundedU32(20, 32, SECTOR - UUID_LENGTH - 8 - AREA_BYTES, "content offset");
        int at = content + UUID_LENGTH + 8;
        while (in.s64(at) != 0) {
            at += AREA_BYTES;
        }
        List<Extent> metadata = new ArrayList<>();
        for (at += AREA_BYTES; in.s64(at) != 0; at += AREA_BYTES) {
            long offset = in.boundedS64(at, 1, Long.MAX_VALUE / 2, "offset of metadata");
            long length = in.boundedS64(at + 8, 1, Long.MAX_VALUE / 2, "length of metadata");
            metadata.add(new Extent(offset, length));
        }
        return new PhysicalVolume(volume, text(in, content, UUID_LENGTH), List.copyOf(metadata));
    }

    private static String text(StructReader in, int at, int length) throws FormatException {
        return new String(in.bytes(at, length), StandardCharsets.ISO_8859_1);
    }
}
