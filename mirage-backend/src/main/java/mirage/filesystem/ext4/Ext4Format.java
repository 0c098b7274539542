package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** ext2, ext3 and ext4: one layout with features. */
public final class Ext4Format implements FileSystemFormat {
    @Override
    public String name() {
        return "ext4";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings, WorkBudget opening)
            throws IOException {
        Ext4Superblock superblock = Ext4Superblock.read(volume, warnings);
        if (superblock == null) {
            return null;
        }
        noteSizes(superblock, volume, warnings);
        return new Ext4FileSystem(volume, superblock, warnings);
    }

    private static void noteSizes(Ext4Superblock superblock, ByteSource volume, Warnings warnings) {
        long held = volume.length() / superblock.blockSize();
        if (superblock.blockCount() > held) {
            warnings.add(
                    "ext4 superblock: s_blocks_count says "
                            + superblock.blockCount()
                            + " blocks, the volume holds "
                            + held);
        }
        long perGroup = superblock.inodesPerGroup();
        if (superblock.inodeCount() % perGroup != 0
                || superblock.inodeCount() / perGroup != superblock.groupCount()) {
            warnings.add(
                    "ext4 superblock: s_inodes_count says "
                            + superblock.inodeCount()
                            + " inodes, expected "
                            + perGroup
                            + " in each of "
                            + superblock.groupCount()
                            + " groups");
        }
    }
}
