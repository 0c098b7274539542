package mirage.filesystem.iso9660;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the volume descriptors say, validated. ECMA-119, 8; Joliet Specification, "SVD Volume Flags Field".
 *
 * @param blockSize bytes of a logical block, 512, 1024 or 2048
 * @param blockCount of the volume, which may be more than there are
 * @param label of the volume, without padding
 * @param uuid when it was made, as {@code blkid} writes it; empty when it does not say
 * @param root block of the root directory's extent
 * @param jolietRoot that of the tree with Joliet's names, 0 without one
 */
record IsoDescriptors(
        int blockSize, long blockCount, String label, String uuid, long root, long jolietRoot) {

    /** Descriptors and directory records count in sectors of this size, whatever a block is. */
    static final int SECTOR_BYTES = 2048;

    private static final long FIRST_SECTOR = 16;
    private static final int MAX_DESCRIPTORS = 100;
    private static final int PRIMARY = 1;
    private static final int SUPPLEMENTARY = 2;
    private static final int TERMINATOR = 255;
    private static final int LABEL_BYTES = 32;
    private static final int TIME_DIGITS = 16;

    /** What was seen on the way from descriptor to descriptor. */
    private static final class Seen {
        @Nullable StructReader primary;
        @Nullable StructReader joliet;
        boolean isUdf;
    }

    /**
     * @return null when no descriptor is there
     * @throws FormatException when the volume cannot be read by what they say
     */
    static @Nullable IsoDescriptors read(ByteSource volume, Warnings warnings) throws IOException {
        Seen seen = look(volume);
        StructReader primary = seen.primary;
        if (primary == null) {
            if (seen.isUdf) {
                throw new FormatException("udf is recognised, and not read");
            }
            return null;
        }
        if (seen.isUdf) {
            warnings.add("iso9660: the volume holds udf too, which is not read");
        }
        int blockSize = primary.u16(128);
        primary.require(
                blockSize == 512 || blockSize == 1024 || blockSize == SECTOR_BYTES,
                "logical block size",
                128,
                "512, 1024 or 2048",
                blockSize);
        return new IsoDescriptors(
                blockSize,
                primary.u32(80),
                label(primary),
                uuid(primary),
                root(primary),
                seen.joliet == null ? 0 : root(seen.joliet));
    }

    private static Seen look(ByteSource volume) throws IOException {
        Seen seen = new Seen();
        for (int i = 0; i < MAX_DESCRIPTORS; i++) {
            long position = (FIRST_SECTOR + i) * SECTOR_BYTES;
            if (position > volume.length() - SECTOR_BYTES) {
                return seen;
            }
            StructReader sector =
                    StructReader.read(
                            "iso9660 volume descriptor",
                            volume,
                            position,
                            SECTOR_BYTES,
                            ByteOrder.LITTLE_ENDIAN);
            String standard = text(sector, 1, 5);
            if (text(sector, 9, 5).equals("CDROM") && i == 0) {
                throw new FormatException("high sierra is recognised, and not read");
            }
            switch (standard) {
                case "CD001" -> take(sector, seen);
                case "NSR02", "NSR03" -> seen.isUdf = true;
                case "BEA01", "TEA01", "BOOT2" -> {}
                default -> {
                    return seen;
                }
            }
        }
        return seen;
    }

    private static void take(StructReader sector, Seen seen) throws FormatException {
        switch (sector.u8(0)) {
            case PRIMARY -> seen.primary = seen.primary == null ? sector : seen.primary;
            case SUPPLEMENTARY -> {
                if (seen.joliet == null && isJoliet(sector)) {
                    seen.joliet = sector;
                }
            }
            // UDF's recognition sequence follows the end of the set.
            case TERMINATOR -> {}
            default -> {}
        }
    }

    /** "Escape sequences" of the three levels of UCS-2. */
    private static boolean isJoliet(StructReader sector) throws FormatException {
        String escape = text(sector, 88, 3);
        return escape.equals("%/@") || escape.equals("%/C") || escape.equals("%/E");
    }

    /** ECMA-119, 8.4.18: the root's record is within the descriptor. */
    private static long root(StructReader sector) throws FormatException {
        long extent = sector.u32(156 + 2) + sector.u8(156 + 1);
        sector.require(extent > 0, "root directory's extent", 158, "from 1", extent);
        return extent;
    }

    private static String label(StructReader primary) throws FormatException {
        return new String(primary.bytes(40, LABEL_BYTES), StandardCharsets.UTF_8).stripTrailing();
    }

    /** ECMA-119, 8.4.26 and 8.4.27: when it was changed, else when it was made. */
    private static String uuid(StructReader primary) throws FormatException {
        String changed = text(primary, 830, TIME_DIGITS);
        return changed.matches("[0-9]{16}") && !changed.matches("0*")
                ? dashed(changed)
                : dashed(text(primary, 813, TIME_DIGITS));
    }

    private static String dashed(String digits) {
        return digits.matches("[0-9]{16}") && !digits.matches("0*")
                ? digits.replaceFirst("(....)(..)(..)(..)(..)(..)(..)", "$1-$2-$3-$4-$5-$6-$7")
                : "";
    }

    private static String text(StructReader sector, int at, int length) throws FormatException {
        return new String(sector.bytes(at, length), StandardCharsets.ISO_8859_1);
    }
}
