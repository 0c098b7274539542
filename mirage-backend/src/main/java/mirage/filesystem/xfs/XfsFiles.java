package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.Placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Makes file records of inodes. What is damaged is left out with a warning and flagged. */
final class XfsFiles {
    /** No link target is longer. "Symbolic Links". */
    private static final int MAX_TARGET_BYTES = 1024;

    private static final int DEVICE_BYTES = 4;

    private final XfsVolume volume;
    private final XfsAttributes attributes;

    /** Where the content is, of a link also what it says, of a device which. */
    private record Body(Content content, RawName linkTarget, Device device, boolean damaged) {
        static final Body NONE = of(Content.NONE, false);
        static final Body LEFT_OUT = of(Content.NONE, true);

        static Body of(Content content, boolean damaged) {
            return new Body(content, RawName.EMPTY, Device.NONE, damaged);
        }
    }

    XfsFiles(XfsVolume volume) {
        this.volume = volume;
        this.attributes = new XfsAttributes(volume);
    }

    /**
     * @param inode in use, of a type that exists
     */
    FileRecord describe(RawName path, XfsInode inode) throws IOException {
        FileType type = Objects.requireNonNull(inode.type());
        Body body = body(inode, type);
        return new FileRecord(
                path,
                inode.number(),
                type,
                inode.mode(),
                inode.uid(),
                inode.gid(),
                inode.links(),
                Math.max(0, inode.size()),
                inode.times(),
                body.device,
                body.linkTarget,
                attributes.read(inode),
                body.content,
                new ContentFlags(false, body.damaged || !inode.trusted()));
    }

    private Body body(XfsInode inode, FileType type) throws IOException {
        try {
            return switch (type) {
                case REGULAR -> regular(inode);
                case DIRECTORY -> directory(inode);
                case SYMLINK -> link(inode);
                case CHARACTER_DEVICE, BLOCK_DEVICE -> device(inode);
                case FIFO, SOCKET -> Body.NONE;
            };
        } catch (FormatException e) {
            volume.warn(e);
            return Body.LEFT_OUT;
        }
    }

    private Body regular(XfsInode inode) throws IOException {
        requireSize(inode, Long.MAX_VALUE);
        if (inode.isRealtime() && inode.size() > 0) {
            volume.warn(
                    "inode "
                            + inode.number()
                            + ": its content lies in the realtime section, which is not read");
            return Body.LEFT_OUT;
        }
        return mapped(inode, inode.size());
    }

    private Body directory(XfsInode inode) throws IOException {
        if (inode.data().format() != XfsInode.FORMAT_LOCAL) {
            requireSize(inode, XfsDirectory.DATA_END);
            return mapped(inode, inode.size());
        }
        return Body.of(new Content.Inline(RawName.of(local(inode))), false);
    }

    private Body mapped(XfsInode inode, long end) throws IOException {
        Placement placement = XfsMapping.ofContent(volume, inode, end);
        return Body.of(placement.content(), placement.damaged());
    }

    private Body link(XfsInode inode) throws IOException {
        requireSize(inode, MAX_TARGET_BYTES);
        if (inode.data().format() == XfsInode.FORMAT_LOCAL) {
            return new Body(Content.NONE, RawName.of(local(inode)).untilNul(), Device.NONE, false);
        }
        Placement placement = XfsMapping.ofContent(volume, inode, XfsLink.mostBytes(inode));
        RawName target = XfsLink.read(volume, inode, placement.map());
        return new Body(
                new Content.Mapped(placement.map()),
                target.untilNul(),
                Device.NONE,
                placement.damaged());
    }

    /** Major and minor number of 14 and 18 bits. "Device files" of {@code xfs_format.h}. */
    private static Body device(XfsInode inode) throws FormatException {
        ByteBuffer bytes = inode.data().bytes();
        if (inode.data().format() != XfsInode.FORMAT_DEVICE || bytes.limit() < DEVICE_BYTES) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": a device expected, found format "
                            + inode.data().format());
        }
        int number = bytes.getInt(0);
        Device device = new Device(number >>> 18, number & 0x3ffff);
        return new Body(Content.NONE, RawName.EMPTY, device, false);
    }

    /** What the inode itself holds. */
    private static byte[] local(XfsInode inode) throws FormatException {
        ByteBuffer fork = inode.data().bytes();
        requireSize(inode, fork.limit());
        byte[] bytes = new byte[(int) inode.size()];
        fork.get(0, bytes);
        return bytes;
    }

    private static void requireSize(XfsInode inode, long max) throws FormatException {
        if (inode.size() < 0 || inode.size() > max) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": di_size expected up to "
                            + max
                            + ", found "
                            + Long.toUnsignedString(inode.size()));
        }
    }
}
