package mirage.filesystem.erofs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** An EROFS file system. Holds nothing between walks, so that walks may run beside one another. */
final class ErofsFileSystem implements FileSystem {
    private final ByteSource volume;
    private final ErofsSuperblock superblock;
    private final Warnings warnings;

    ErofsFileSystem(ByteSource volume, ErofsSuperblock superblock, Warnings warnings) {
        this.volume = volume;
        this.superblock = superblock;
        this.warnings = warnings;
    }

    @Override
    public String type() {
        return "erofs";
    }

    @Override
    public String label() {
        return superblock.label();
    }

    @Override
    public String uuid() {
        return superblock.uuid();
    }

    @Override
    public long sizeBytes() {
        return Math.min(volume.length(), superblock.blockCount() << superblock.blockBits());
    }

    @Override
    public int blockSizeBytes() {
        return superblock.blockSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        ErofsVolume reader =
                new ErofsVolume(
                        volume, superblock, warnings, WorkBudget.ofVolume(volume.length(), work));
        new TreeWalk<>(reader, new ErofsTree(reader), visitor).run();
    }

    @Override
    public ByteSource content(FileRecord file, WorkBudget work) throws IOException {
        ErofsVolume reader =
                new ErofsVolume(
                        volume,
                        superblock,
                        new Warnings(),
                        WorkBudget.ofVolume(volume.length(), work));
        ErofsInode inode = ErofsInode.read(reader, file.inode());
        if (inode.type() != FileType.REGULAR
                || inode.size() != file.size()
                || !inode.isCompressed()) {
            throw new FormatException(
                    "erofs: no compressed file of "
                            + file.size()
                            + " bytes is inode "
                            + file.inode());
        }
        return new ErofsFileSource(
                volume, CompressedExtents.read(reader, inode), superblock.blockSize(), work);
    }
}
