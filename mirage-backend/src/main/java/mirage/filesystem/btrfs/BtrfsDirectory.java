package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.walk.DirectoryListing;

import java.io.IOException;

/**
 * The names in a directory, in the order in which they came to it. "Directory items". The other items, by hash, are for
 * finding one name.
 */
final class BtrfsDirectory {
    private static final int HEADER_BYTES = 30;

    private final BtrfsRoots roots;
    private final BtrfsCursor cursor;
    private final BtrfsInode directory;
    private final DirectoryListing.Builder names;

    private BtrfsDirectory(BtrfsVolume volume, BtrfsRoots roots, BtrfsInode directory, int room) {
        this.roots = roots;
        this.cursor = new BtrfsCursor(volume.nodes(), directory.root());
        this.directory = directory;
        this.names = new DirectoryListing.Builder(volume, directory.number(), room);
    }

    /**
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    static DirectoryListing read(
            BtrfsVolume volume, BtrfsRoots roots, BtrfsInode directory, int room)
            throws IOException {
        return new BtrfsDirectory(volume, roots, directory, room).read();
    }

    private DirectoryListing read() throws IOException {
        cursor.seek(directory.objectId(), BtrfsKey.DIR_INDEX);
        while (!names.isFull() && cursor.next()) {
            try {
                add(cursor.key().offset(), cursor.item("directory item"));
            } catch (FormatException e) {
                names.damage(cursor.key().offset(), String.valueOf(e.getMessage()));
            }
        }
        if (cursor.isDamaged()) {
            names.damage(0, "items may be missing");
        }
        return names.build();
    }

    private void add(long index, StructReader in) throws IOException {
        long target = in.s64(0);
        int kind = in.u8(8);
        byte[] name = in.bytes(HEADER_BYTES, in.u16(27));
        switch (kind) {
            case BtrfsKey.INODE_ITEM -> {
                long subvolume = directory.root().tree();
                names.add(index, BtrfsNumber.of(subvolume, target).toLong(), name);
            }
            case BtrfsKey.ROOT_ITEM -> names.add(index, subvolume(target, name), name);
            default -> throw in.refuse("location", 8, "an inode or a tree", "key type " + kind);
        }
    }

    /** The topmost directory of a subvolume; negative for the empty directory in its place when there is none. */
    private long subvolume(long tree, byte[] name) throws IOException {
        long parent = directory.root().tree();
        BtrfsRoot root =
                roots.isLinked(parent, directory.objectId(), name, tree) ? roots.find(tree) : null;
        return root == null ? -directory.number() : BtrfsNumber.of(tree, root.directory()).toLong();
    }
}
