package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What all readers of one walk share, with what they need to know of this file system. */
final class Ext4Volume extends VolumeReader {
    private final Ext4Superblock superblock;
    private final Ext4Checksums checksums;
    private final long blockLimit;

    Ext4Volume(ByteSource source, Ext4Superblock superblock, Warnings warnings, WorkBudget budget) {
        super("ext4", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.superblock = superblock;
        this.checksums = new Ext4Checksums(superblock.checksumSeed());
        this.blockLimit = blocksHeld(source, superblock);
    }

    /** Blocks that the file system claims and the volume holds. */
    static long blocksHeld(ByteSource source, Ext4Superblock superblock) {
        return Math.min(superblock.blockCount(), source.length() / superblock.blockSize());
    }

    Ext4Superblock superblock() {
        return superblock;
    }

    Ext4Features features() {
        return superblock.features();
    }

    Ext4Checksums checksums() {
        return checksums;
    }

    @Override
    public int blockSize() {
        return superblock.blockSize();
    }

    /** Of blocks behind the superblock, and within the volume. */
    @Override
    public boolean holds(long block, long count) {
        return block > superblock.firstDataBlock()
                && count <= blockLimit
                && block <= blockLimit - count;
    }

    @Override
    public long position(long block) {
        return block * blockSize();
    }

    /** One block of a file's metadata. */
    ByteBuffer block(long block, String what) throws IOException {
        if (!holds(block, 1)) {
            throw new FormatException(
                    what
                            + " in block "
                            + block
                            + ": expected behind "
                            + superblock.firstDataBlock()
                            + " and before "
                            + blockLimit);
        }
        return read(block * blockSize(), blockSize());
    }
}
