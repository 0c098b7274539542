package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** The tree of files, whose entries lead to inodes by number. */
final class XfsTree implements FileTree<XfsInode> {
    private final XfsVolume volume;
    private final XfsInodeTable inodes;
    private final XfsFiles files;

    XfsTree(XfsVolume volume) {
        this.volume = volume;
        this.inodes = new XfsInodeTable(volume);
        this.files = new XfsFiles(volume);
    }

    @Override
    public XfsInode root() throws IOException {
        XfsInode root = inodes.read(volume.superblock().rootInode());
        if (!root.isDirectory()) {
            throw new FormatException("xfs root inode: a directory expected");
        }
        return root;
    }

    @Override
    public XfsInode read(long number) throws IOException {
        return inodes.read(number);
    }

    @Override
    public @Nullable String problem(XfsInode inode) {
        if (inode.links() == 0) {
            return "is free, or waits for its last user to close it";
        }
        return inode.type() == null ? "has no type that exists" : null;
    }

    @Override
    public boolean isDirectory(XfsInode inode) {
        return inode.isDirectory();
    }

    @Override
    public long number(XfsInode inode) {
        return inode.number();
    }

    @Override
    public FileRecord describe(RawName path, XfsInode inode) throws IOException {
        return files.describe(path, inode);
    }

    @Override
    public DirectoryListing list(XfsInode directory, FileRecord described, int room)
            throws IOException {
        return XfsDirectory.read(volume, directory, described.content(), room);
    }

    @Override
    public int maxAhead() {
        return inodes.maxAhead();
    }

    @Override
    public void readAhead(long[] numbers) throws IOException {
        inodes.readAhead(numbers);
    }
}
