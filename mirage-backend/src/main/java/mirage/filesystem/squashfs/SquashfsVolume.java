package mirage.filesystem.squashfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What one walk, or the look-up of one file, reads: metadata blocks, within bounds and a budget. For one thread. */
final class SquashfsVolume extends VolumeReader {
    private final SquashfsSuperblock superblock;
    private final MetadataBlocks blocks;
    private final long end;

    /**
     * @param blocks of the volume, which others may use too
     */
    SquashfsVolume(
            ByteSource source,
            SquashfsSuperblock superblock,
            MetadataBlocks blocks,
            Warnings warnings,
            WorkBudget budget) {
        super("squashfs", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.superblock = superblock;
        this.blocks = blocks;
        this.end = superblock.end(source);
    }

    SquashfsSuperblock superblock() {
        return superblock;
    }

    /** Places are bytes. */
    @Override
    public int blockSize() {
        return 1;
    }

    @Override
    public boolean holds(long position, long count) {
        return position >= SquashfsSuperblock.LENGTH && count <= end && position <= end - count;
    }

    @Override
    public long position(long block) {
        return block;
    }

    /** A metadata block by the place of its header. */
    MetadataBlocks.Block metadata(long position) throws IOException {
        if (!blocks.isKept(position)) {
            charge(MetadataBlocks.BLOCK_BYTES);
        }
        return blocks.read(position);
    }

    /** Bytes of the volume as they are, little-endian. */
    ByteBuffer raw(long position, int length, String what) throws IOException {
        charge(length);
        return blocks.raw(position, length, what);
    }
}
