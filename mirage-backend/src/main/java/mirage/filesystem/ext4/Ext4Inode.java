package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One inode. Kernel documentation, "Index Nodes".
 *
 * @param number from 1
 * @param trusted whether its checksum, if it has one, is right
 * @param type null when its mode has none that exists
 * @param mode the 12 permission bits
 * @param uid owner
 * @param gid group
 * @param links names by its own count
 * @param size in bytes; negative when it is beyond all sense
 * @param sectors units of 512 bytes that it occupies, its attribute block included
 * @param flags as stored
 * @param generation enters its checksums
 * @param attributeBlock 0 without one
 * @param times as {@code stat} gives them
 * @param map the 60 bytes of {@code i_block}, little-endian
 * @param attributeSpace what lies behind the inode's fields: room for attributes, empty without any
 */
record Ext4Inode(
        long number,
        boolean trusted,
        @Nullable FileType type,
        int mode,
        long uid,
        long gid,
        long links,
        long size,
        long sectors,
        int flags,
        int generation,
        long attributeBlock,
        FileTimes times,
        ByteBuffer map,
        ByteBuffer attributeSpace) {

    static final int ROOT = 2;
    static final int MAP_BYTES = 60;
    private static final int OLD_SIZE = 128;
    private static final int EXTRA_SIZE_AT = 0x80;

    private static final int ENCRYPTED = 0x800;
    private static final int INDEXED = 0x1000;
    private static final int HUGE_FILE = 0x40000;
    private static final int EXTENTS = 0x80000;
    private static final int ATTRIBUTE_VALUE = 0x200000;
    private static final int INLINE_DATA = 0x10000000;

    /**
     * @param bytes the whole inode, as long as the superblock says
     * @param trusted whether the checksum was found right
     */
    static Ext4Inode parse(
            long number, ByteBuffer bytes, Ext4Superblock superblock, boolean trusted)
            throws FormatException {
        Ext4Features features = superblock.features();
        StructReader in = StructReader.of("inode " + number, 0, bytes, ByteOrder.LITTLE_ENDIAN);
        int extraSize = in.length() > OLD_SIZE ? in.u16(EXTRA_SIZE_AT) : 0;
        in.require(
                extraSize % 4 == 0 && extraSize <= in.length() - OLD_SIZE,
                "i_extra_isize",
                EXTRA_SIZE_AT,
                "a multiple of 4 up to " + (in.length() - OLD_SIZE),
                extraSize);
        FileType type = FileType.ofMode(in.u16(0));
        int flags = in.s32(0x20);
        int known = OLD_SIZE + extraSize;
        return new Ext4Inode(
                number,
                trusted,
                type,
                in.u16(0) & 07777,
                in.u16(0x2) | (long) in.u16(0x78) << 16,
                in.u16(0x18) | (long) in.u16(0x7a) << 16,
                in.u16(0x1a),
                size(in, type, features),
                sectors(in, flags, superblock),
                flags,
                in.s32(0x64),
                in.u32(0x68) | (features.wide() ? (long) in.u16(0x76) << 32 : 0),
                new FileTimes(
                        time(in, 0x8, 0x8c, known),
                        time(in, 0x10, 0x88, known),
                        time(in, 0xc, 0x84, known),
                        known >= 0x94 ? time(in, 0x90, 0x94, known) : Time.UNKNOWN),
                bytes.slice(0x28, MAP_BYTES).order(ByteOrder.LITTLE_ENDIAN),
                (extraSize == 0 ? bytes.slice(0, 0) : bytes.slice(known, in.length() - known))
                        .order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The high word once was a directory's ACL, and still is unless directories may be large. */
    private static long size(StructReader in, @Nullable FileType type, Ext4Features features)
            throws FormatException {
        boolean wide = type == FileType.REGULAR || features.largeDirectories();
        return in.u32(0x4) | (wide ? in.u32(0x6c) << 32 : 0);
    }

    private static long sectors(StructReader in, int flags, Ext4Superblock superblock)
            throws FormatException {
        if (!superblock.features().hugeFiles()) {
            return in.u32(0x1c);
        }
        long units = in.u32(0x1c) | (long) in.u16(0x74) << 32;
        return (flags & HUGE_FILE) != 0 ? units * (superblock.blockSize() / 512) : units;
    }

    /** Kernel documentation, "Inode Timestamps": two more bits of seconds, and nanoseconds, where there is room. */
    private static Time time(StructReader in, int at, int extraAt, int known)
            throws FormatException {
        long seconds = in.s32(at);
        if (known < extraAt + 4) {
            return new Time(seconds, 0);
        }
        int extra = in.s32(extraAt);
        int nanoseconds = extra >>> 2;
        return new Time(
                seconds + ((extra & 3L) << 32), nanoseconds < 1_000_000_000 ? nanoseconds : 0);
    }

    /** In the old encoding of 16 bits, or in the new one of 32 when that is zero. */
    Device device() {
        int old = map.getInt(0);
        if (old != 0) {
            return new Device(old >>> 8 & 0xff, old & 0xff);
        }
        int wide = map.getInt(4);
        return new Device(wide >>> 8 & 0xfff, wide & 0xff | wide >>> 12 & 0xfff00);
    }

    /** What deletion leaves, and what was never used: nothing refers to it. */
    boolean isFree() {
        return links == 0;
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    boolean isEncrypted() {
        return has(ENCRYPTED);
    }

    boolean isIndexed() {
        return has(INDEXED);
    }

    boolean usesExtents() {
        return has(EXTENTS);
    }

    /** Its content is the value of some other inode's attribute. */
    boolean isAttributeValue() {
        return has(ATTRIBUTE_VALUE);
    }

    boolean isInline() {
        return has(INLINE_DATA);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
