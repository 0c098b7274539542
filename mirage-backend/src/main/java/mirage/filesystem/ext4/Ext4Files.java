package mirage.filesystem.ext4;

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
import java.util.Arrays;
import java.util.Objects;

/** Makes file records of inodes. What is damaged is left out with a warning and flagged. */
final class Ext4Files {
    /** Behind what an inode can hold, content of an inline file is zeros: as far as we spell them out. */
    private static final int MAX_INLINE_BYTES = 1 << 16;

    /** {@code PATH_MAX}: no link target is longer. */
    private static final int MAX_TARGET_BYTES = 4096;

    private final Ext4Volume volume;
    private final Ext4Xattrs attributes;

    /** Where the content is, of a link also what it says. */
    private record Body(Content content, RawName linkTarget, boolean damaged) {
        static final Body NONE = new Body(Content.NONE, RawName.EMPTY, false);
        static final Body LEFT_OUT = new Body(Content.NONE, RawName.EMPTY, true);

        static Body of(Content content, boolean damaged) {
            return new Body(content, RawName.EMPTY, damaged);
        }
    }

    Ext4Files(Ext4Volume volume, Ext4InodeTable inodes) {
        this.volume = volume;
        this.attributes = new Ext4Xattrs(volume, inodes);
    }

    /**
     * @param inode in use, of a type that exists
     */
    FileRecord describe(RawName path, Ext4Inode inode) throws IOException {
        Ext4Xattrs.Attributes found = attributes.read(inode);
        FileType type = Objects.requireNonNull(inode.type());
        Body body = body(inode, type, found.inlineData());
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
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
                device ? inode.device() : Device.NONE,
                body.linkTarget,
                found.attributes(),
                body.content,
                new ContentFlags(inode.isEncrypted(), body.damaged || !inode.trusted()));
    }

    private Body body(Ext4Inode inode, FileType type, RawName inlineData) throws IOException {
        try {
            return switch (type) {
                case REGULAR ->
                        isInlineHole(inode, inlineData)
                                ? Body.of(Content.NONE, false)
                                : content(inode, inlineData);
                case DIRECTORY -> content(inode, inlineData);
                case SYMLINK -> link(inode, inlineData);
                case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> Body.NONE;
            };
        } catch (FormatException e) {
            volume.warn(e);
            return Body.LEFT_OUT;
        }
    }

    private Body content(Ext4Inode inode, RawName inlineData) throws IOException {
        if (inode.isInline()) {
            return Body.of(new Content.Inline(RawName.of(inlineBytes(inode, inlineData))), false);
        }
        Placement placement = Ext4Mapping.read(volume, inode);
        return Body.of(placement.content(), placement.damaged());
    }

    /**
     * Whether a file has no bytes but zeros and is larger than an inode has room for: {@code mke2fs -d} gives files of
     * nothing but holes inline data all the same, which the kernel shows as zeros and e2fsck takes for sound.
     */
    private boolean isInlineHole(Ext4Inode inode, RawName inlineData) {
        return inode.isInline()
                && volume.features().inlineData()
                && inode.size() > MAX_INLINE_BYTES
                && isZero(inode.map().duplicate())
                && isZero(ByteBuffer.wrap(inlineData.toBytes()));
    }

    private static boolean isZero(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (bytes.get() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Kernel documentation, "Inline Data": first what {@code i_block} holds, then the attribute. */
    private byte[] inlineBytes(Ext4Inode inode, RawName inlineData) throws FormatException {
        if (!volume.features().inlineData()
                || inode.size() < 0
                || inode.size() > MAX_INLINE_BYTES) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": inline data expected with its feature and up to "
                            + MAX_INLINE_BYTES
                            + " bytes, found "
                            + inode.size());
        }
        int held = Ext4Inode.MAP_BYTES + inlineData.length();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(held, inode.size()));
        bytes.put(inode.map().duplicate()).put(inlineData.toBytes());
        return Arrays.copyOf(bytes.array(), (int) inode.size());
    }

    private Body link(Ext4Inode inode, RawName inlineData) throws IOException {
        long size = inode.size();
        int longest = Math.min(volume.blockSize(), MAX_TARGET_BYTES);
        if (size <= 0 || size > longest) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": link target expected of 1 to "
                            + longest
                            + " bytes, found "
                            + Long.toUnsignedString(size));
        }
        if (inode.isInline()) {
            byte[] bytes = inlineBytes(inode, inlineData);
            return new Body(new Content.Inline(RawName.of(bytes)), target(inode, bytes), false);
        }
        if (isShortLink(inode)) {
            if (size >= Ext4Inode.MAP_BYTES) {
                throw new FormatException(
                        "inode " + inode.number() + ": link of " + size + " bytes has no block");
            }
            byte[] bytes = new byte[(int) size];
            inode.map().get(0, bytes);
            return new Body(Content.NONE, target(inode, bytes), false);
        }
        Placement placement = Ext4Mapping.read(volume, inode);
        byte[] bytes = volume.content(placement.map(), 0, (int) size).array();
        return new Body(
                new Content.Mapped(placement.map()), target(inode, bytes), placement.damaged());
    }

    /** As the kernel decides it: a link without blocks, but for that of its attributes, stands in the inode. */
    private boolean isShortLink(Ext4Inode inode) {
        long ofAttributes =
                inode.attributeBlock() == 0 ? 0 : volume.superblock().clusterSize() / 512;
        return inode.sectors() == ofAttributes;
    }

    /** Up to its end or the first NUL; of an encrypted link the cipher text, escaped as names are. */
    private static RawName target(Ext4Inode inode, byte[] bytes) {
        if (inode.isEncrypted()) {
            // two bytes say how much cipher text follows
            int stored = bytes.length < 2 ? 0 : bytes[0] & 0xff | (bytes[1] & 0xff) << 8;
            int end = Math.min(bytes.length, 2 + stored);
            return Ext4Directory.escaped(Arrays.copyOfRange(bytes, Math.min(2, end), end));
        }
        return RawName.of(bytes).untilNul();
    }
}
