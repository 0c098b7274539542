package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Microsoft's VHD ("Virtual Hard Disk Image Format Specification", 2006). A dynamic one begins with a copy of the
 * footer that ends it. A fixed one is the raw disk and a footer: that footer must be sound to the last bit, as raw
 * disks may end in anything.
 */
final class VhdProbe implements FormatProbe {
    static final String VHD = "vhd";

    private static final String COOKIE = "conectix";
    private static final int FOOTER_BYTES = 512;
    private static final int CHECKSUM = 64;
    private static final int TYPE_FIXED = 2;
    private static final int TYPE_DIFFERENCING = 4;

    @Override
    public String format() {
        return VHD;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, 0, COOKIE) || endsInFooter(image);
    }

    @Override
    public FormatMatch examine(ByteSource image) throws IOException {
        boolean dynamic = FormatProbe.hasAt(image, 0, COOKIE);
        StructReader footer = footer(image, dynamic ? 0 : image.length() - FOOTER_BYTES);
        long size = footer.boundedS64(40, 0, Long.MAX_VALUE, "original size");
        return new FormatMatch(
                VHD,
                dynamic ? "dynamic" : "fixed",
                size,
                footer.u32(60) == TYPE_DIFFERENCING
                        ? List.of(new SafetyFailure(SafetyFailure.PARENT, "Image has a parent"))
                        : List.of());
    }

    private static boolean endsInFooter(ByteSource image) throws IOException {
        long at = image.length() - FOOTER_BYTES;
        if (at < 0 || !FormatProbe.hasAt(image, at, COOKIE)) {
            return false;
        }
        StructReader footer = footer(image, at);
        return footer.u32(60) == TYPE_FIXED
                && footer.s64(48) == at
                && footer.u32(CHECKSUM) == checksum(footer);
    }

    /** The sum of all bytes but its own, complemented. */
    private static long checksum(StructReader footer) throws IOException {
        int sum = 0;
        for (int i = 0; i < FOOTER_BYTES; i++) {
            sum += i >= CHECKSUM && i < CHECKSUM + 4 ? 0 : footer.u8(i);
        }
        return ~sum & 0xffff_ffffL;
    }

    private static StructReader footer(ByteSource image, long at) throws IOException {
        return StructReader.read("VHD footer", image, at, FOOTER_BYTES, ByteOrder.BIG_ENDIAN);
    }
}
