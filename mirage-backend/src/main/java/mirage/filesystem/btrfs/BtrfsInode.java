package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

/**
 * One inode. "Inode item".
 *
 * @param number see {@link BtrfsNumber}; negative of the empty directory that stands for a subvolume which is not there
 * @param objectId in its subvolume
 * @param root of its subvolume
 * @param type null when its mode has none that exists
 * @param mode the 12 permission bits
 * @param uid owner
 * @param gid group
 * @param links names by its own count
 * @param size in bytes, not negative
 * @param device major and minor number
 * @param times as {@code stat} gives them
 */
record BtrfsInode(
        long number,
        long objectId,
        BtrfsRoot root,
        @Nullable FileType type,
        int mode,
        long uid,
        long gid,
        long links,
        long size,
        Device device,
        FileTimes times) {

    /** What the kernel shows where a subvolume is missing has this object id. */
    private static final long EMPTY_DIRECTORY = 2;

    private static final int EMPTY_DIRECTORY_MODE = 0755;

    static BtrfsInode parse(BtrfsNumber number, BtrfsRoot root, StructReader in)
            throws FormatException {
        int mode = (int) in.u32(52);
        long device = in.s64(56);
        return new BtrfsInode(
                number.toLong(),
                number.objectId(),
                root,
                mode >>> 16 == 0 ? FileType.ofMode(mode) : null,
                mode & 07777,
                in.u32(44),
                in.u32(48),
                in.u32(40),
                in.boundedS64(16, 0, Long.MAX_VALUE, "size of inode " + number.objectId()),
                new Device((int) (device >>> 20 & 0xfff), (int) (device & 0xfffff)),
                new FileTimes(time(in, 112), time(in, 136), time(in, 124), time(in, 148)));
    }

    private static Time time(StructReader in, int at) throws FormatException {
        long nanoseconds = in.u32(at + 8);
        return new Time(in.s64(at), nanoseconds < 1_000_000_000 ? (int) nanoseconds : 0);
    }

    /**
     * What stands for a subvolume that is not there. Its times the kernel makes up when it is looked at; here they are
     * those of the directory around it.
     *
     * @param parent that directory
     * @param number negative, its own
     */
    static BtrfsInode emptyDirectory(BtrfsInode parent, long number) {
        return new BtrfsInode(
                number,
                EMPTY_DIRECTORY,
                parent.root,
                FileType.DIRECTORY,
                EMPTY_DIRECTORY_MODE,
                parent.uid,
                parent.gid,
                1,
                0,
                Device.NONE,
                new FileTimes(
                        parent.times.accessed(),
                        parent.times.modified(),
                        parent.times.changed(),
                        Time.UNKNOWN));
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    /** Whether it stands for a subvolume that is not there. */
    boolean isEmptyDirectory() {
        return number < 0;
    }

    /** What a file's record shows: one number for all the empty directories of a subvolume, as the kernel has it. */
    long shownNumber() throws FormatException {
        return isEmptyDirectory() ? BtrfsNumber.of(root.tree(), objectId).toLong() : number;
    }
}
