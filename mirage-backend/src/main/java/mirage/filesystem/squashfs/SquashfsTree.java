package mirage.filesystem.squashfs;

import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** The tree as a walk asks for it. Entries of directories lead to references of inodes. */
final class SquashfsTree implements FileTree<SquashfsInode> {
    private final SquashfsVolume volume;
    private final SquashfsFiles files;

    SquashfsTree(SquashfsVolume volume) throws IOException {
        this.volume = volume;
        this.files = new SquashfsFiles(volume);
    }

    @Override
    public SquashfsInode root() throws IOException {
        return SquashfsInode.readRoot(volume);
    }

    @Override
    public SquashfsInode read(long reference) throws IOException {
        return SquashfsInode.read(volume, reference);
    }

    @Override
    public @Nullable String problem(SquashfsInode inode) {
        return null;
    }

    @Override
    public boolean isDirectory(SquashfsInode inode) {
        return inode.type() == FileType.DIRECTORY;
    }

    @Override
    public long number(SquashfsInode inode) {
        return inode.number();
    }

    @Override
    public FileRecord describe(RawName path, SquashfsInode inode) throws IOException {
        return files.describe(path, inode);
    }

    @Override
    public DirectoryListing list(SquashfsInode directory, FileRecord described, int room)
            throws IOException {
        return SquashfsDirectory.read(volume, directory, room);
    }
}
