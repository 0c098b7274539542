package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** A btrfs file system. Holds nothing between walks, so that walks may run beside one another. */
final class BtrfsFileSystem implements FileSystem {
    private final ByteSource volume;
    private final BtrfsSuperblock superblock;
    private final Warnings warnings;

    BtrfsFileSystem(ByteSource volume, BtrfsSuperblock superblock, Warnings warnings) {
        this.volume = volume;
        this.superblock = superblock;
        this.warnings = warnings;
    }

    @Override
    public String type() {
        return "btrfs";
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
        return Math.min(superblock.totalBytes(), volume.length());
    }

    @Override
    public int blockSizeBytes() {
        return superblock.sectorSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        BtrfsVolume reader =
                BtrfsVolume.open(
                        volume, superblock, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new BtrfsFileTree(reader), visitor).run();
    }

    @Override
    public ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        // What is wrong was told by the walk that showed the file.
        BtrfsVolume reader =
                BtrfsVolume.open(
                        volume,
                        superblock,
                        new Warnings(),
                        WorkBudget.ofVolume(volume.length(), work));
        BtrfsInode inode = new BtrfsFileTree(reader).inode(BtrfsNumber.of(file.inode()));
        if (inode.type() != FileType.REGULAR) {
            throw new FormatException("inode " + file.inode() + " is no regular file");
        }
        return BtrfsContent.open(volume, reader, inode, work);
    }
}
