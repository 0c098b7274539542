package mirage.filesystem.erofs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The tree as a walk asks for it. Entries of directories lead to numbers of inodes. */
final class ErofsTree implements FileTree<ErofsInode> {
    private final ErofsVolume volume;
    private final ErofsFiles files;

    ErofsTree(ErofsVolume volume) {
        this.volume = volume;
        this.files = new ErofsFiles(volume);
    }

    @Override
    public ErofsInode root() throws IOException {
        ErofsInode root = read(volume.superblock().rootInode());
        if (root.type() != FileType.DIRECTORY) {
            throw new FormatException("erofs root inode: a directory expected");
        }
        return root;
    }

    @Override
    public ErofsInode read(long number) throws IOException {
        return ErofsInode.read(volume, number);
    }

    @Override
    public @Nullable String problem(ErofsInode inode) {
        return inode.type() == null ? "has no type that exists" : null;
    }

    @Override
    public boolean isDirectory(ErofsInode inode) {
        return inode.type() == FileType.DIRECTORY;
    }

    /** Inodes count from 0. */
    @Override
    public long number(ErofsInode inode) {
        return inode.number() + 1;
    }

    @Override
    public FileRecord describe(RawName path, ErofsInode inode) throws IOException {
        return files.describe(path, inode, Objects.requireNonNull(inode.type()));
    }

    @Override
    public DirectoryListing list(ErofsInode directory, FileRecord described, int room)
            throws IOException {
        if (described.content() instanceof Content.Mapped mapped) {
            return ErofsDirectory.read(volume, directory, mapped.map(), room);
        }
        volume.warn("directory inode " + directory.number() + " is compressed: not read");
        return new DirectoryListing(List.of(), true);
    }
}
