package mirage.image.vhd;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The footer ("Hard Disk Footer Format"), validated; numbers are big-endian. It is the last sector of an image; dynamic and
 * differencing images have a copy in their first sector, which is what QEMU reads.
 *
 * <p>Makers disagree on what tells the size of the disk. Virtual PC and old QEMU round it down to whole cylinders and
 * tell so by the geometry; everyone else means the current size. So does every image with the greatest geometry there
 * is, which stands for any larger disk. QEMU goes by the creator application ({@code block/vpc.c}), and so do we.
 *
 * @param type of the disk, one of the constants
 * @param headerOffset where the dynamic header lies
 * @param diskBytes of the guest's disk
 */
record VhdFooter(int type, long headerOffset, long diskBytes) {
    static final int FIXED = 2;
    static final int DYNAMIC = 3;
    static final int DIFFERENCING = 4;

    static final int BYTES = 512;
    private static final int SECTOR_BYTES = 512;
    private static final int CHECKSUM = 64;
    private static final int CURRENT_SIZE = 48;
    private static final int TYPE = 60;
    private static final byte[] COOKIE = "conectix".getBytes(StandardCharsets.US_ASCII);

    /** QEMU's limit, 2040 GiB. */
    private static final long MAX_SECTORS = 0xff00_0000L;

    private static final long MAX_GEOMETRY_SECTORS = 65535L * 16 * 255;

    /** Creators whose images have the size that they say: QEMU, Hyper-V, Disk2vhd, Xen's two, Azure. */
    private static final Set<String> MEAN_CURRENT_SIZE =
            Set.of("qem2", "win ", "d2v ", "tap\0", "CTXS", "wa\0\0");

    static boolean beginsWithCopy(ByteSource container) throws IOException {
        return hasCookieAt(container, 0);
    }

    /**
     * @throws FormatException when a field is out of bounds, or the checksum is wrong
     */
    static VhdFooter readCopy(ByteSource container) throws IOException {
        StructReader in = readAt(container, 0);
        in.require(
                in.u32(CHECKSUM) == checksum(in, CHECKSUM),
                "checksum",
                CHECKSUM,
                Long.toString(checksum(in, CHECKSUM)),
                in.u32(CHECKSUM));
        int type = in.boundedU32(TYPE, DYNAMIC, DIFFERENCING, "disk type");
        return new VhdFooter(type, in.s64(16), diskBytes(in));
    }

    /**
     * The footer of a fixed disk, null when there is none: any disk may end in these eight letters, so that only what
     * agrees with its checksum and with the container's length is taken for one.
     */
    static @Nullable VhdFooter ofFixed(ByteSource container) throws IOException {
        long at = container.length() - BYTES;
        if (at < 0 || !hasCookieAt(container, at)) {
            return null;
        }
        StructReader in = readAt(container, at);
        if (in.u32(TYPE) != FIXED
                || in.s64(CURRENT_SIZE) != at
                || in.u32(CHECKSUM) != checksum(in, CHECKSUM)) {
            return null;
        }
        long diskBytes = diskBytes(in);
        in.require(diskBytes <= at, "geometry", 56, "at most " + at + " bytes", diskBytes);
        return new VhdFooter(FIXED, 0, diskBytes);
    }

    /** The sum of all bytes but its own four, complemented ("Checksum"). */
    static long checksum(StructReader in, int ownPlace) throws FormatException {
        int sum = 0;
        for (int i = 0; i < in.length(); i++) {
            sum += i >= ownPlace && i < ownPlace + 4 ? 0 : in.u8(i);
        }
        return ~sum & 0xffff_ffffL;
    }

    private static long diskBytes(StructReader in) throws FormatException {
        String creator = new String(in.bytes(28, 4), StandardCharsets.ISO_8859_1);
        long geometry = (long) in.u16(56) * in.u8(58) * in.u8(59);
        if (MEAN_CURRENT_SIZE.contains(creator) || geometry == MAX_GEOMETRY_SECTORS) {
            long bytes = in.boundedS64(CURRENT_SIZE, 0, MAX_SECTORS * SECTOR_BYTES, "current size");
            return bytes - bytes % SECTOR_BYTES;
        }
        in.require(geometry <= MAX_SECTORS, "geometry", 56, "at most " + MAX_SECTORS, geometry);
        return geometry * SECTOR_BYTES;
    }

    private static boolean hasCookieAt(ByteSource container, long at) throws IOException {
        return container.length() >= at + COOKIE.length
                && Arrays.equals(
                        StructReader.read(
                                        "VHD cookie",
                                        container,
                                        at,
                                        COOKIE.length,
                                        ByteOrder.BIG_ENDIAN)
                                .bytes(0, COOKIE.length),
                        COOKIE);
    }

    private static StructReader readAt(ByteSource container, long at) throws IOException {
        return StructReader.read("VHD footer", container, at, BYTES, ByteOrder.BIG_ENDIAN);
    }
}
