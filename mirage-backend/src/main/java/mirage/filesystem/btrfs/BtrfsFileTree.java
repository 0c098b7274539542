package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/**
 * The tree of files from the top level on. Entries lead to inodes by {@link BtrfsNumber}, or by the negative number of
 * their directory to what stands for a subvolume that is not there.
 */
final class BtrfsFileTree implements FileTree<BtrfsInode> {
    private final BtrfsVolume volume;
    private final BtrfsRoots roots;
    private final BtrfsFiles files;
    private long emptyDirectories;

    BtrfsFileTree(BtrfsVolume volume) {
        this.volume = volume;
        this.roots = new BtrfsRoots(volume);
        this.files = new BtrfsFiles(volume);
    }

    @Override
    public BtrfsInode root() throws IOException {
        BtrfsRoot top = roots.read(BtrfsRoot.TOP_LEVEL);
        BtrfsInode root = inode(BtrfsNumber.of(top.tree(), top.directory()));
        if (!root.isDirectory()) {
            throw new FormatException("root inode: a directory expected");
        }
        return root;
    }

    @Override
    public BtrfsInode read(long file) throws IOException {
        if (file >= 0) {
            return inode(BtrfsNumber.of(file));
        }
        emptyDirectories++;
        return BtrfsInode.emptyDirectory(
                inode(BtrfsNumber.of(-file)), Long.MIN_VALUE + emptyDirectories);
    }

    /**
     * @throws FormatException when there is no such inode, or it makes no sense
     */
    BtrfsInode inode(BtrfsNumber number) throws IOException {
        BtrfsRoot root = roots.read(number.subvolume());
        BtrfsCursor cursor = new BtrfsCursor(volume.nodes(), root);
        BtrfsKey key = new BtrfsKey(number.objectId(), BtrfsKey.INODE_ITEM, 0);
        cursor.seek(key, key);
        if (!cursor.next()) {
            throw new FormatException(
                    "inode "
                            + number.objectId()
                            + " is not in tree "
                            + Long.toUnsignedString(root.tree()));
        }
        return BtrfsInode.parse(number, root, cursor.item("inode item"));
    }

    @Override
    public @Nullable String problem(BtrfsInode inode) {
        if (inode.links() == 0) {
            return "is free, or waits for its last user to close it";
        }
        return inode.type() == null ? "has no type that exists" : null;
    }

    @Override
    public boolean isDirectory(BtrfsInode inode) {
        return inode.isDirectory();
    }

    @Override
    public long number(BtrfsInode inode) {
        return inode.number();
    }

    @Override
    public FileRecord describe(RawName path, BtrfsInode inode) throws IOException {
        return files.describe(path, inode);
    }

    @Override
    public DirectoryListing list(BtrfsInode directory, FileRecord described, int room)
            throws IOException {
        return directory.isEmptyDirectory()
                ? new DirectoryListing(List.of(), false)
                : BtrfsDirectory.read(volume, roots, directory, room);
    }
}
