package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Makes file records of inodes. What is damaged is left out with a warning and flagged. */
final class BtrfsFiles {
    /** Content in the tree that is longer, for the zeros behind it, is not spelled out. */
    private static final int MAX_INLINE_BYTES = 1 << 16;

    /** {@code PATH_MAX}: no link target is longer. */
    private static final int MAX_TARGET_BYTES = 4096;

    private final BtrfsVolume volume;
    private final BtrfsXattrs attributes;
    private final BtrfsExtents extents;

    /** Where the content is, of a link also what it says. */
    private record Body(Content content, RawName linkTarget, boolean damaged) {
        static final Body NONE = new Body(Content.NONE, RawName.EMPTY, false);
        static final Body LEFT_OUT = new Body(Content.NONE, RawName.EMPTY, true);
    }

    BtrfsFiles(BtrfsVolume volume) {
        this.volume = volume;
        this.attributes = new BtrfsXattrs(volume);
        this.extents = new BtrfsExtents(volume);
    }

    /**
     * @param inode in use, of a type that exists
     */
    FileRecord describe(RawName path, BtrfsInode inode) throws IOException {
        FileType type = Objects.requireNonNull(inode.type());
        Body body = body(inode, type);
        boolean isDevice = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        return new FileRecord(
                path,
                inode.shownNumber(),
                type,
                inode.mode(),
                inode.uid(),
                inode.gid(),
                inode.links(),
                inode.size(),
                inode.times(),
                isDevice ? inode.device() : Device.NONE,
                body.linkTarget,
                inode.isEmptyDirectory() ? List.of() : attributes.read(inode),
                body.content,
                new ContentFlags(false, body.damaged));
    }

    private Body body(BtrfsInode inode, FileType type) throws IOException {
        try {
            return switch (type) {
                case REGULAR -> isEncoded(inode) ? encoded(inode) : mapped(inode);
                case SYMLINK -> link(inode);
                case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> Body.NONE;
            };
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
            return Body.LEFT_OUT;
        }
    }

    /** Whether any byte of the file is something else than a byte of the volume. */
    private boolean isEncoded(BtrfsInode inode) throws IOException {
        boolean[] found = new boolean[1];
        extents.read(
                inode,
                extent -> {
                    found[0] = !extent.isPlain() && extent.at() < inode.size();
                    return !found[0];
                },
                _ -> {});
        return found[0];
    }

    private Body mapped(BtrfsInode inode) throws IOException {
        int sector = volume.blockSize();
        FileMapping mapping = new FileMapping(volume, inode.number(), inode.size(), true);
        extents.read(
                inode,
                extent -> {
                    if (extent.kind() == BtrfsExtent.Kind.STORED) {
                        volume.requireHeld(extent);
                        mapping.add(
                                extent.at() / sector,
                                extent.length() / sector,
                                (extent.address() + extent.skipped()) / sector,
                                true);
                    }
                    return true;
                },
                mapping::damage);
        Placement placement = mapping.build();
        return new Body(placement.content(), RawName.EMPTY, placement.damaged());
    }

    /** A file with extents that are compressed, or in the tree. */
    private Body encoded(BtrfsInode inode) throws IOException {
        BtrfsStoredForm form = BtrfsStoredForm.read(volume, extents, inode);
        Placement placement = form.placement();
        boolean isInTree =
                placement.map().runCount() == 0
                        && !placement.damaged()
                        && inode.size() <= MAX_INLINE_BYTES;
        Content content =
                isInTree
                        ? new Content.Inline(RawName.of(bytes(form.inline(), (int) inode.size())))
                        : new Content.Encoded(placement.map());
        return new Body(content, RawName.EMPTY, placement.damaged());
    }

    /** What a file's only extent, in the tree, makes of it: its bytes, and zeros up to the file's end. */
    private byte[] bytes(@Nullable BtrfsExtent inline, int size) throws IOException {
        byte[] held = inline == null ? new byte[0] : inline.inlineBytes(volume.blockSize());
        volume.charge(held.length);
        return Arrays.copyOf(held, size);
    }

    private Body link(BtrfsInode inode) throws IOException {
        if (inode.size() > MAX_TARGET_BYTES) {
            throw new FormatException(
                    "link target expected of up to "
                            + MAX_TARGET_BYTES
                            + " bytes, found "
                            + inode.size());
        }
        BtrfsExtent[] target = new BtrfsExtent[1];
        extents.read(
                inode,
                extent -> {
                    target[0] = extent.requireFirst();
                    return false;
                },
                what -> {
                    throw new FormatException(what);
                });
        if (target[0] == null || target[0].kind() != BtrfsExtent.Kind.INLINE) {
            throw new FormatException("link target expected in the tree, found none");
        }
        byte[] bytes = bytes(target[0], (int) inode.size());
        return new Body(Content.NONE, RawName.of(bytes).untilNul(), false);
    }
}
