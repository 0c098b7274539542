package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** The tree of files, whose entries lead to inodes by number. */
final class Ext4Tree implements FileTree<Ext4Inode> {
    private final Ext4Volume volume;
    private final Ext4InodeTable inodes;
    private final Ext4Files files;

    Ext4Tree(Ext4Volume volume) {
        this.volume = volume;
        this.inodes = new Ext4InodeTable(volume);
        this.files = new Ext4Files(volume, inodes);
    }

    @Override
    public Ext4Inode root() throws IOException {
        Ext4Inode root = inodes.read(Ext4Inode.ROOT);
        if (root.isFree() || !root.isDirectory()) {
            throw new FormatException("ext4 root inode: a directory expected");
        }
        return root;
    }

    @Override
    public Ext4Inode read(long number) throws IOException {
        return inodes.read(number);
    }

    @Override
    public @Nullable String problem(Ext4Inode inode) {
        if (inode.isFree()) {
            return "is free";
        }
        if (inode.type() == null) {
            return "has no type that exists";
        }
        return inode.isAttributeValue() ? "holds an attribute's value" : null;
    }

    @Override
    public @Nullable String oddity(Ext4Inode inode) {
        boolean reserved =
                inode.number() < volume.superblock().firstInode()
                        && inode.number() != Ext4Inode.ROOT;
        return reserved ? "is reserved" : null;
    }

    @Override
    public boolean isDirectory(Ext4Inode inode) {
        return inode.isDirectory();
    }

    @Override
    public long number(Ext4Inode inode) {
        return inode.number();
    }

    @Override
    public FileRecord describe(RawName path, Ext4Inode inode) throws IOException {
        return files.describe(path, inode);
    }

    @Override
    public DirectoryListing list(Ext4Inode directory, FileRecord described, int room)
            throws IOException {
        return Ext4Directory.read(volume, directory, described.content(), room);
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
