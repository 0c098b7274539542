package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import java.io.IOException;

/**
 * Where the blocks of one file lie, by whichever of the two trees it has. Behind its end there are those allocated ahead
 * of need, and the hash tree of a file with {@code verity}.
 */
final class Ext4Mapping {
    /** A logical block number has 32 bits. */
    private static final long MAX_BLOCKS = 1L << 32;

    private Ext4Mapping() {}

    /**
     * @throws FormatException when no file can have the size of this one, or it claims one block for two of its places
     */
    static Placement read(Ext4Volume volume, Ext4Inode inode) throws IOException {
        long size = inode.size();
        if (size < 0 || (size - 1) / volume.blockSize() >= MAX_BLOCKS) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": i_size expected up to 2^32 blocks, found "
                            + Long.toUnsignedString(size));
        }
        FileMapping mapping = new FileMapping(volume, inode.number(), size, false);
        if (inode.usesExtents()) {
            Ext4Extents.read(volume, inode, mapping);
        } else {
            Ext4BlockMap.read(volume, inode, mapping);
        }
        return mapping.build();
    }
}
