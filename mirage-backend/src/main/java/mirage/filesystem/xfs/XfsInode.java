package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One inode. "On-disk Inode".
 *
 * @param number from 1
 * @param trusted whether its signature, if it has one, is right
 * @param type null when its mode has none that exists
 * @param mode the 12 permission bits
 * @param uid owner
 * @param gid group
 * @param links names by its own count; 0 in one that is free, or waits for its last user
 * @param size in bytes; negative when it is beyond all sense
 * @param isRealtime whether the content lies in the realtime section
 * @param isShared whether blocks of the content may belong to other places as well
 * @param times as {@code stat} gives them
 * @param data what the content is found by
 * @param attributes what the extended attributes are found by, null without any
 */
record XfsInode(
        long number,
        boolean trusted,
        @Nullable FileType type,
        int mode,
        long uid,
        long gid,
        long links,
        long size,
        boolean isRealtime,
        boolean isShared,
        FileTimes times,
        Fork data,
        @Nullable Fork attributes) {

    /** How a fork keeps what it holds: the values of {@code di_format} and {@code di_aformat}. */
    static final int FORMAT_DEVICE = 0;

    static final int FORMAT_LOCAL = 1;
    static final int FORMAT_EXTENTS = 2;
    static final int FORMAT_TREE = 3;

    private static final int MAGIC = 0x494e;
    private static final int CORE_BYTES = 100;
    private static final int CORE_BYTES_3 = 176;
    private static final int REALTIME = 0x1;
    private static final int REFLINK = 0x2;
    private static final int BIG_TIME = 0x8;
    private static final int LARGE_COUNTERS = 0x10;
    private static final long BILLION = 1_000_000_000;

    /**
     * One of the two areas behind the inode's fields.
     *
     * @param format one of the constants, or what makes no sense
     * @param extents how many it has by its own count
     * @param bytes big-endian
     */
    record Fork(int format, long extents, ByteBuffer bytes) {}

    /**
     * @param bytes the whole inode, as long as the superblock says
     * @param trusted whether the signature was found right
     */
    static XfsInode parse(long number, ByteBuffer bytes, boolean trusted) throws FormatException {
        StructReader in = StructReader.of("inode " + number, 0, bytes, ByteOrder.BIG_ENDIAN);
        in.require(in.u16(0) == MAGIC, "di_magic", 0, "0x494e", Integer.toHexString(in.u16(0)));
        int version = in.u8(4);
        in.require(version >= 1 && version <= 3, "di_version", 4, "from 1 to 3", version);
        long flags2 = version == 3 ? in.s64(120) : 0;
        int core = version == 3 ? CORE_BYTES_3 : CORE_BYTES;
        int room = in.length() - core;
        int forkOffset = in.u8(82) * 8;
        in.require(forkOffset < room, "di_forkoff", 82, "within " + room + " bytes", forkOffset);
        boolean large = (flags2 & LARGE_COUNTERS) != 0;
        int dataRoom = forkOffset == 0 ? room : forkOffset;
        FileType type = FileType.ofMode(in.u16(2));
        return new XfsInode(
                number,
                trusted,
                type,
                in.u16(2) & 07777,
                in.u32(8),
                in.u32(12),
                version == 1 ? in.u16(6) : in.u32(16),
                in.s64(56),
                type == FileType.REGULAR && (in.u16(90) & REALTIME) != 0,
                (flags2 & REFLINK) != 0,
                times(in, version, flags2),
                new Fork(in.u8(5), large ? in.s64(24) : in.u32(76), bytes.slice(core, dataRoom)),
                forkOffset == 0
                        ? null
                        : new Fork(
                                in.u8(83),
                                large ? in.u32(76) : in.u16(80),
                                bytes.slice(core + forkOffset, room - forkOffset)));
    }

    private static FileTimes times(StructReader in, int version, long flags2)
            throws FormatException {
        boolean big = (flags2 & BIG_TIME) != 0;
        return new FileTimes(
                time(in, 32, big),
                time(in, 40, big),
                time(in, 48, big),
                version == 3 ? time(in, 144, big) : Time.UNKNOWN);
    }

    /** Seconds and nanoseconds; or, big, nanoseconds since the least of these seconds, in December 1901. */
    private static Time time(StructReader in, int at, boolean big) throws FormatException {
        if (big) {
            long value = in.s64(at);
            return new Time(
                    Long.divideUnsigned(value, BILLION) + Integer.MIN_VALUE,
                    (int) Long.remainderUnsigned(value, BILLION));
        }
        int nanoseconds = in.s32(at + 4);
        return new Time(in.s32(at), nanoseconds >= 0 && nanoseconds < BILLION ? nanoseconds : 0);
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }
}
