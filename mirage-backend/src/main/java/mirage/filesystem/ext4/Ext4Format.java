package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystemFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** ext2, ext3 and ext4: one layout with features. */
public final class Ext4Format implements FileSystemFormat {
    @Override
    public String name() {
        return "ext4";
    }

    @Override
    public @Nullable FileSystem open(ByteSource volume, Warnings warnings) throws IOException {
        Ext4Superblock superblock = Ext4Superblock.read(volume, warnings);
        if (superblock == null) {
            return null;
        }
        long held = volume.length() / superblock.blockSize();
        if (superblock.blockCount() > held) {
            warnings.add(
                    "ext4 superblock: s_blocks_count says "
                            + superblock.blockCount()
                            + " blocks, the volume holds "
                            + held);
        }
        return new Ext4FileSystem(volume, superblock, warnings);
    }
}
