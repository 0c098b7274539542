package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Goes through items of one tree in the order of their keys. A node must be one level below its parent, which bounds the
 * way in depth; keys must ascend, which bounds it in breadth, since a node that comes twice is out of order. What cannot
 * be read is passed over with a warning.
 */
final class BtrfsCursor {
    /** What an item costs, in the budget's bytes. */
    private static final int ITEM_COST = 32;

    private final BtrfsNodes nodes;
    private final BtrfsRoot root;
    private final @Nullable BtrfsNode[] path;
    private final int[] next;
    private int level;
    private boolean damaged;
    private BtrfsKey from = new BtrfsKey(0, 0, 0);
    private BtrfsKey to = from;
    private @Nullable BtrfsKey key;
    private int index;

    BtrfsCursor(BtrfsNodes nodes, BtrfsRoot root) {
        this.nodes = nodes;
        this.root = root;
        this.path = new BtrfsNode[root.level() + 1];
        this.next = new int[root.level() + 1];
        this.level = root.level() + 1;
    }

    /** Goes before the first item of one object that has a type. */
    void seek(long objectId, int type) throws IOException {
        seek(new BtrfsKey(objectId, type, 0), new BtrfsKey(objectId, type, BtrfsKey.MAX_OFFSET));
    }

    /**
     * Goes before the first item of a range.
     *
     * @param last the last key that may follow
     */
    void seek(BtrfsKey first, BtrfsKey last) throws IOException {
        from = first;
        to = last;
        key = null;
        damaged = false;
        level = root.level() + 1;
        enter(root.address(), root.level(), root.generation());
    }

    /**
     * Goes to the next item.
     *
     * @return false when there is none
     */
    boolean next() throws IOException {
        while (level <= root.level()) {
            BtrfsNode node = path[level];
            if (node == null || next[level] >= node.count()) {
                level++;
            } else if (level > 0) {
                int pointer = next[level]++;
                enter(node.child(pointer), level - 1, node.childGeneration(pointer));
            } else if (isItem(node, next[0]++)) {
                return true;
            }
        }
        return false;
    }

    private void enter(long address, int below, long generation) throws IOException {
        try {
            BtrfsNode node = nodes.read(address, below, generation);
            int first = node.firstFrom(from);
            boolean exact = first < node.count() && node.key(first).equals(from);
            path[below] = node;
            // What lies behind a pointer begins with its key: the one before may hold the first
            // item.
            next[below] = below == 0 || exact ? first : Math.max(0, first - 1);
            level = below;
        } catch (FormatException e) {
            damage(String.valueOf(e.getMessage()));
        }
    }

    private boolean isItem(BtrfsNode leaf, int at) throws IOException {
        nodes.volume().charge(ITEM_COST);
        BtrfsKey found = leaf.key(at);
        if (found.compareTo(from) < 0 || key != null && found.compareTo(key) <= 0) {
            damage(
                    "node "
                            + Long.toUnsignedString(leaf.address())
                            + ": key "
                            + found
                            + " is out of order");
            next[0] = leaf.count();
            return false;
        }
        if (found.compareTo(to) > 0) {
            level = root.level() + 1;
            return false;
        }
        key = found;
        index = at;
        return true;
    }

    private void damage(String what) {
        damaged = true;
        nodes.volume().warn("tree " + Long.toUnsignedString(root.tree()) + ": " + what);
    }

    /** Whether items may be missing among those since the last {@code seek}. */
    boolean isDamaged() {
        return damaged;
    }

    /** Of the item that {@link #next} went to. */
    BtrfsKey key() {
        if (key == null) {
            throw new IllegalStateException("no item");
        }
        return key;
    }

    /**
     * The content of the item that {@link #next} went to.
     *
     * @param name of its structure, for messages
     */
    StructReader item(String name) throws FormatException {
        BtrfsNode leaf = path[0];
        if (leaf == null || key == null) {
            throw new IllegalStateException("no item");
        }
        return leaf.item(index, name);
    }
}
