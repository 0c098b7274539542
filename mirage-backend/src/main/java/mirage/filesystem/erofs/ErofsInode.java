package mirage.filesystem.erofs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One inode. "Core on-disk format", "Inodes".
 *
 * @param number its place in units of 32 bytes
 * @param layout how its content is kept, one of the constants
 * @param type null when its mode has none that exists
 * @param mode the 12 permission bits
 * @param size in bytes
 * @param time the one time it has
 * @param detail what its layout makes of it: a block, the form of chunks, a device
 * @param attributesAt where its extended attributes begin in the volume
 * @param attributesBytes how long they are
 */
record ErofsInode(
        long number,
        int layout,
        @Nullable FileType type,
        int mode,
        long uid,
        long gid,
        long links,
        long size,
        Time time,
        long detail,
        long attributesAt,
        int attributesBytes) {

    static final int FLAT = 0;
    static final int COMPRESSED_FULL = 1;
    static final int FLAT_INLINE = 2;
    static final int COMPRESSED_COMPACTED = 3;
    static final int CHUNKS = 4;

    private static final int SLOT_BYTES = 32;
    private static final int ATTRIBUTES_HEADER_BYTES = 12;

    static ErofsInode read(ErofsVolume volume, long number) throws IOException {
        String what = "inode " + Long.toUnsignedString(number);
        if (number < 0 || number > Long.MAX_VALUE / SLOT_BYTES / 2) {
            throw new FormatException(what + " is outside the volume");
        }
        long position = volume.superblock().metadata() + number * SLOT_BYTES;
        StructReader in = slot(volume, position, what);
        int format = in.u16(0);
        boolean extended = (format & 1) != 0;
        int layout = format >>> 1 & 7;
        in.require(layout <= CHUNKS, "data layout", 0, "from 0 to 4", layout);
        return extended
                ? extended(volume, number, position, layout, in)
                : compact(volume, number, position, layout, in);
    }

    private static StructReader slot(ErofsVolume volume, long position, String what)
            throws IOException {
        ByteBuffer bytes = volume.cached(position, SLOT_BYTES, what);
        return StructReader.of(what, position, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    private static ErofsInode compact(
            ErofsVolume volume, long number, long position, int layout, StructReader in)
            throws FormatException {
        return new ErofsInode(
                number,
                layout,
                FileType.ofMode(in.u16(4)),
                in.u16(4) & 07777,
                in.u16(0x18),
                in.u16(0x1a),
                in.u16(6),
                in.u32(8),
                volume.superblock().built(),
                in.u32(0x10),
                position + SLOT_BYTES,
                attributesBytes(in));
    }

    private static ErofsInode extended(
            ErofsVolume volume, long number, long position, int layout, StructReader in)
            throws IOException {
        StructReader more = slot(volume, position + SLOT_BYTES, "inode " + number);
        return new ErofsInode(
                number,
                layout,
                FileType.ofMode(in.u16(4)),
                in.u16(4) & 07777,
                in.u32(0x18),
                in.u32(0x1c),
                more.u32(0xc),
                in.boundedS64(8, 0, Long.MAX_VALUE, "i_size"),
                new Time(more.s64(0), (int) Math.min(more.u32(8), 999_999_999)),
                in.u32(0x10),
                position + 2 * SLOT_BYTES,
                attributesBytes(in));
    }

    private static int attributesBytes(StructReader in) throws FormatException {
        int count = in.u16(2);
        return count == 0 ? 0 : ATTRIBUTES_HEADER_BYTES + (count - 1) * Integer.BYTES;
    }

    boolean isCompressed() {
        return layout == COMPRESSED_FULL || layout == COMPRESSED_COMPACTED;
    }

    /** Behind the inode and its attributes: the end of a file, or where the rest of it is said. */
    long dataAt() {
        return attributesAt + attributesBytes;
    }

    Device device() {
        return Device.ofLinux((int) detail);
    }
}
