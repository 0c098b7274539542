package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** An ext2, ext3 or ext4 file system. Holds nothing between walks, so that walks may run beside one another. */
final class Ext4FileSystem implements FileSystem {
    private final ByteSource volume;
    private final Ext4Superblock superblock;
    private final Warnings warnings;

    Ext4FileSystem(ByteSource volume, Ext4Superblock superblock, Warnings warnings) {
        this.volume = volume;
        this.superblock = superblock;
        this.warnings = warnings;
    }

    @Override
    public String type() {
        return superblock.features().type();
    }

    @Override
    public String label() {
        return superblock.label().toString();
    }

    @Override
    public String uuid() {
        return superblock.uuidText();
    }

    @Override
    public long sizeBytes() {
        return Ext4Volume.blocksHeld(volume, superblock) * superblock.blockSize();
    }

    @Override
    public int blockSizeBytes() {
        return superblock.blockSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        Ext4Volume reader =
                new Ext4Volume(
                        volume, superblock, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new Ext4Tree(reader), visitor).run();
    }
}
