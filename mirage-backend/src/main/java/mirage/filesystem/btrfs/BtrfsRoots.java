package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.RawName;
import mirage.filesystem.RecentlyUsed;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Map;

/** The trees of files, as the tree of trees has them. "Root item", "Root reference". */
final class BtrfsRoots {
    private static final int MAX_KNOWN = 4096;

    private final BtrfsCursor cursor;
    private final Map<Long, BtrfsRoot> known = new RecentlyUsed<>(MAX_KNOWN);

    BtrfsRoots(BtrfsVolume volume) {
        this.cursor = new BtrfsCursor(volume.nodes(), volume.superblock().rootTree());
    }

    /**
     * The root of a tree of files.
     *
     * @throws FormatException when there is none, or it makes no sense
     */
    BtrfsRoot read(long tree) throws IOException {
        BtrfsRoot root = find(tree);
        if (root == null) {
            throw new FormatException("tree " + Long.toUnsignedString(tree) + " is not there");
        }
        return root;
    }

    /**
     * The root of a tree of files; null when there is none, as when the subvolume was deleted.
     *
     * @throws FormatException when it makes no sense
     */
    @Nullable BtrfsRoot find(long tree) throws IOException {
        BtrfsRoot root = known.get(tree);
        if (root == null) {
            root = stored(tree);
            if (root != null) {
                known.put(tree, root);
            }
        }
        return root;
    }

    /** Of several items, as a snapshot has one for each time it was made, the last. */
    private @Nullable BtrfsRoot stored(long tree) throws IOException {
        cursor.seek(tree, BtrfsKey.ROOT_ITEM);
        BtrfsRoot root = null;
        while (cursor.next()) {
            StructReader in = cursor.item("root item");
            int level = in.u8(238);
            in.require(level <= BtrfsNode.MAX_LEVEL, "level", 238, "up to 7", level);
            boolean isDeleted = in.u32(216) == 0;
            root =
                    isDeleted
                            ? null
                            : new BtrfsRoot(tree, in.s64(176), level, in.s64(160), in.s64(168));
        }
        return root;
    }

    /**
     * Whether a name of a directory leads to a subvolume: its tree says so too. The names that a snapshot has of the
     * subvolumes below its original lead nowhere.
     *
     * @param parent the subvolume of the directory
     * @param directory its object id
     */
    boolean isLinked(long parent, long directory, byte[] name, long child) throws IOException {
        BtrfsKey reference = new BtrfsKey(parent, BtrfsKey.ROOT_REF, child);
        cursor.seek(reference, reference);
        if (!cursor.next()) {
            return false;
        }
        StructReader in = cursor.item("root reference");
        return in.s64(0) == directory
                && RawName.of(in.bytes(18, in.u16(16))).equals(RawName.of(name));
    }
}
