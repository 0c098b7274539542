package mirage.volume.lvm;

import mirage.bytes.ByteSource;
import mirage.bytes.Extent;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A metadata area: a header of one sector, behind it a ring of texts, of which the header names the last. Integers are
 * little-endian:
 *
 * <pre>
 *    0 checksum:u32 " LVM2 x[5A%r0N*>" version:u32 offset:u64 length:u64
 *   40 textOffset:u64 textLength:u64 textChecksum:u32 flags:u32          what was committed; more may follow
 * </pre>
 *
 * <p>A text that reaches the end of the area goes on behind the header.
 */
final class MetadataArea {
    private static final int HEADER_BYTES = 512;
    private static final String MAGIC = " LVM2 x[5A%r0N*>";
    private static final int IGNORED = 1;

    /** Tools make areas of 1 MiB; with 10,000 logical volumes a text has 4. */
    private static final int MAX_TEXT_BYTES = 8 << 20;

    private MetadataArea() {}

    /** How many bytes of text may still be read from one disk, whose volumes may lie in the same bytes. */
    static final class TextBudget {
        private static final int BYTES = 32 << 20;

        private long left = BYTES;

        private void charge(int bytes) throws FormatException {
            left -= bytes;
            if (left < 0) {
                throw new FormatException("LVM metadata: more than " + BYTES + " bytes of text");
            }
        }
    }

    /**
     * The text of an area.
     *
     * @param device the physical volume
     * @param texts takes what is read
     * @return null when there is none: the volume is in no group, or its texts are elsewhere
     * @throws FormatException when the area is damaged
     */
    static @Nullable String text(ByteSource device, Extent area, TextBudget texts)
            throws IOException {
        StructReader in =
                StructReader.read(
                        "LVM metadata",
                        device,
                        area.offset(),
                        HEADER_BYTES,
                        ByteOrder.LITTLE_ENDIAN);
        byte[] header = in.bytes(0, HEADER_BYTES);
        requireChecksum(in, 0, LvmChecksum.of(header, 4, HEADER_BYTES));
        String magic = new String(in.bytes(4, MAGIC.length()), StandardCharsets.ISO_8859_1);
        in.require(magic.equals(MAGIC), "magic", 4, MAGIC, magic);
        in.require(in.u32(20) == 1, "version", 20, "1", in.u32(20));
        in.require(
                in.s64(24) == area.offset(),
                "own offset",
                24,
                Long.toString(area.offset()),
                in.s64(24));
        long areaLength =
                in.boundedS64(
                        32,
                        HEADER_BYTES + 1,
                        device.length() - area.offset(),
                        "length of the area");
        if (in.s64(40) == 0 || (in.u32(60) & IGNORED) != 0) {
            return null;
        }
        long offset = in.boundedS64(40, HEADER_BYTES, areaLength - 1, "offset of the text");
        int most = (int) Math.min(MAX_TEXT_BYTES, areaLength - HEADER_BYTES);
        int length = (int) in.boundedS64(48, 1, most, "length of the text");
        texts.charge(length);
        byte[] text = new byte[length];
        int first = (int) Math.min(text.length, areaLength - offset);
        device.readFully(area.offset() + offset, ByteBuffer.wrap(text, 0, first));
        device.readFully(
                area.offset() + HEADER_BYTES, ByteBuffer.wrap(text, first, text.length - first));
        requireChecksum(in, 56, LvmChecksum.of(text));
        int end = text.length;
        while (end > 0 && text[end - 1] == 0) {
            end--;
        }
        return new String(Arrays.copyOf(text, end), StandardCharsets.UTF_8);
    }

    private static void requireChecksum(StructReader in, int at, long checksum)
            throws FormatException {
        in.require(
                checksum == in.u32(at),
                "checksum",
                at,
                Long.toHexString(checksum),
                Long.toHexString(in.u32(at)));
    }
}
