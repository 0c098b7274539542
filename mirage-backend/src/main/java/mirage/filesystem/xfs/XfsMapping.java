package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the blocks of one fork lie, by extents in the inode or a tree of them. "Data Extents". */
final class XfsMapping {
    private static final int RECORD_BYTES = 16;

    private XfsMapping() {}

    /**
     * The blocks of an inode's content.
     *
     * @param limit where it ends, in bytes
     */
    static Placement ofContent(XfsVolume volume, XfsInode inode, long limit) throws IOException {
        boolean mayShare = inode.isShared() && volume.features().hasSharedExtents();
        return read(
                volume,
                inode,
                inode.data(),
                new FileMapping(volume, inode.number(), limit, mayShare));
    }

    /**
     * The blocks of an inode's attributes.
     *
     * @param limit where they must end, in bytes
     */
    static Placement ofAttributes(XfsVolume volume, XfsInode inode, XfsInode.Fork fork, long limit)
            throws IOException {
        return read(volume, inode, fork, new FileMapping(volume, inode.number(), limit, false));
    }

    private static Placement read(
            XfsVolume volume, XfsInode inode, XfsInode.Fork fork, FileMapping mapping)
            throws IOException {
        switch (fork.format()) {
            case XfsInode.FORMAT_EXTENTS -> {
                ByteBuffer bytes = fork.bytes();
                if (fork.extents() < 0 || fork.extents() > bytes.limit() / RECORD_BYTES) {
                    throw new FormatException(
                            "inode "
                                    + inode.number()
                                    + ": extents expected within "
                                    + bytes.limit()
                                    + " bytes, found "
                                    + Long.toUnsignedString(fork.extents()));
                }
                addRecords(mapping, bytes, 0, (int) fork.extents());
            }
            case XfsInode.FORMAT_TREE -> XfsExtentTree.read(volume, inode, fork.bytes(), mapping);
            default ->
                    throw new FormatException(
                            "inode "
                                    + inode.number()
                                    + ": blocks expected as extents or their tree, found format "
                                    + fork.format());
        }
        return mapping.build();
    }

    /**
     * Adds extents. "Packed Extent Record": a flag, 54 bits of the place in the fork, 52 bits of the place in the
     * volume, 21 bits of their number; all in blocks.
     */
    static void addRecords(FileMapping mapping, ByteBuffer bytes, int at, int count)
            throws IOException {
        for (int i = 0; i < count; i++) {
            long high = bytes.getLong(at + i * RECORD_BYTES);
            long low = bytes.getLong(at + i * RECORD_BYTES + 8);
            mapping.add(
                    high >>> 9 & (1L << 54) - 1,
                    low & (1L << 21) - 1,
                    (high & 0x1ff) << 43 | low >>> 21,
                    high >= 0);
        }
    }
}
