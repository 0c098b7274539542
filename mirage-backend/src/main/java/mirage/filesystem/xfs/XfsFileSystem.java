package mirage.filesystem.xfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** An XFS file system. Holds nothing between walks, so that walks may run beside one another. */
final class XfsFileSystem implements FileSystem {
    private final ByteSource volume;
    private final XfsSuperblock superblock;
    private final Warnings warnings;

    XfsFileSystem(ByteSource volume, XfsSuperblock superblock, Warnings warnings) {
        this.volume = volume;
        this.superblock = superblock;
        this.warnings = warnings;
    }

    @Override
    public String type() {
        return "xfs";
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
        return superblock.blocksHeld(volume) * superblock.blockSize();
    }

    @Override
    public int blockSizeBytes() {
        return superblock.blockSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        XfsVolume reader =
                new XfsVolume(
                        volume, superblock, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new XfsTree(reader), visitor).run();
    }
}
