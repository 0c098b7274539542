package mirage.filesystem;

import mirage.bytes.ExtentMap;

import java.util.List;

/**
 * One path of a file system and what its inode says, as {@code lstat} and {@code lgetxattr} would tell it.
 *
 * @param path from the root, without a leading slash; empty for the root itself
 * @param inode number that hard links of one file share
 * @param type what it is
 * @param mode the 12 permission bits (setuid, setgid, sticky, rwx three times)
 * @param uid owner
 * @param gid group
 * @param links how many names the inode has by its own count
 * @param size as {@code stat} gives it, in bytes
 * @param times the four times
 * @param device major and minor of a device node, {@link Device#NONE} otherwise
 * @param linkTarget of a symbolic link, empty otherwise
 * @param xattrs extended attributes by full name ({@code user.x}, {@code security.capability},
 *     {@code system.posix_acl_access} in the form that {@code lgetxattr} gives), in the order of their names
 * @param content of a regular file (and of a directory or long link: the blocks that hold it)
 * @param flags what keeps the content from being plain
 */
public record FileRecord(
        RawName path,
        long inode,
        FileType type,
        int mode,
        long uid,
        long gid,
        long links,
        long size,
        FileTimes times,
        Device device,
        RawName linkTarget,
        List<ExtendedAttribute> xattrs,
        Content content,
        ContentFlags flags) {

    /** The same file by another name. */
    public FileRecord withPath(RawName other) {
        return with(other, flags);
    }

    /** The same, flagged as damaged. */
    public FileRecord asDamaged() {
        return with(path, new ContentFlags(flags.encrypted, true));
    }

    private FileRecord with(RawName otherPath, ContentFlags otherFlags) {
        return new FileRecord(
                otherPath,
                inode,
                type,
                mode,
                uid,
                gid,
                links,
                size,
                times,
                device,
                linkTarget,
                xattrs,
                content,
                otherFlags);
    }

    /** Major and minor number of a device node. */
    public record Device(int major, int minor) {
        public static final Device NONE = new Device(0, 0);

        /** Of a number as Linux keeps it: 8 low bits of the minor one, 12 of the major one, 12 more of the minor one. */
        public static Device ofLinux(int coded) {
            return new Device(coded >>> 8 & 0xfff, coded & 0xff | coded >>> 12 & 0xfff00);
        }
    }

    /** Name and value of an extended attribute. */
    public record ExtendedAttribute(RawName name, RawName value) {}

    /**
     * Seconds since 1970 (UTC) and nanoseconds of each time.
     *
     * @param created {@link Time#UNKNOWN} where the file system keeps none
     */
    public record FileTimes(Time accessed, Time modified, Time changed, Time created) {}

    /** A time as file systems keep it. */
    public record Time(long seconds, int nanoseconds) {
        public static final Time UNKNOWN = new Time(0, 0);
    }

    /** Where the bytes of a file are. */
    public sealed interface Content {
        /** No bytes of its own: an empty file, a device, a short symbolic link. */
        Content NONE = new Mapped(ExtentMap.EMPTY);

        /**
         * In blocks of the volume.
         *
         * @param map file offset to volume offset; a run may reach behind the file's size, to the end of its block;
         *     what is not mapped, or allocated but not yet written, is a hole and reads as zeros
         */
        record Mapped(ExtentMap map) implements Content {}

        /** In the inode or its attributes, scattered or not: small, so the reader hands the bytes over. */
        record Inline(RawName bytes) implements Content {}

        /**
         * In another form, such as compressed, in whole or in part: {@link FileSystem#content} has its bytes.
         *
         * @param stored where that form lies: position in it to volume offset. It tells who owns which bytes of the
         *     volume, and nothing about the place of a byte of the file
         */
        record Encoded(ExtentMap stored) implements Content {}
    }

    /**
     * @param encrypted the content (and of a directory, its names) can be read only with a key; extents show cipher text
     * @param damaged the inode is inconsistent: the content is left out or not to be trusted
     */
    public record ContentFlags(boolean encrypted, boolean damaged) {
        public static final ContentFlags PLAIN = new ContentFlags(false, false);
    }
}
