package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.FileMapping;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks a tree of extents from left to right. "B+tree Extent List". A node must be one level below its parent, which
 * bounds the walk in depth; no block may be a node twice, which bounds it in breadth.
 */
final class XfsExtentTree {
    private static final int MAGIC = 0x424d4150;
    private static final int MAGIC_3 = 0x424d4133;
    private static final int HEADER_BYTES = 24;
    private static final int HEADER_BYTES_3 = 72;
    private static final int ROOT_HEADER_BYTES = 4;
    private static final int MAX_LEVEL = 9;

    /** Of an extent, and of a key and a pointer together. */
    private static final int RECORD_BYTES = 16;

    private static final int KEY_BYTES = 8;

    private final XfsVolume volume;
    private final XfsInode inode;
    private final FileMapping mapping;
    private final int headerBytes;

    private XfsExtentTree(XfsVolume volume, XfsInode inode, FileMapping mapping) {
        this.volume = volume;
        this.inode = inode;
        this.mapping = mapping;
        this.headerBytes = volume.features().hasChecksums() ? HEADER_BYTES_3 : HEADER_BYTES;
    }

    /**
     * A node above the leaves.
     *
     * @param pointersAt where its pointers begin
     */
    private record Node(ByteBuffer bytes, int count, int pointersAt) {}

    /**
     * @param root what the fork holds
     * @throws FormatException when the root is no tree; damage below it is warned of and left out
     */
    static void read(XfsVolume volume, XfsInode inode, ByteBuffer root, FileMapping mapping)
            throws IOException {
        new XfsExtentTree(volume, inode, mapping).walk(root);
    }

    private void walk(ByteBuffer root) throws IOException {
        String name = "extent root of inode " + inode.number();
        int depth = root.limit() < ROOT_HEADER_BYTES ? 0 : Short.toUnsignedInt(root.getShort(0));
        require(depth > 0 && depth <= MAX_LEVEL, name, "bb_level", depth);
        int count = Short.toUnsignedInt(root.getShort(2));
        Node[] nodes = new Node[depth + 1];
        int[] next = new int[depth + 1];
        nodes[depth] = node(root, ROOT_HEADER_BYTES, count, name);
        for (int level = depth; level <= depth; ) {
            Node node = nodes[level];
            if (next[level] == node.count) {
                level++;
                continue;
            }
            long block = node.bytes.getLong(node.pointersAt + next[level]++ * KEY_BYTES);
            Node child = child(block, level - 1);
            if (child != null) {
                level--;
                nodes[level] = child;
                next[level] = 0;
            }
        }
    }

    /** The node below a pointer; null when that was a leaf, or, after a warning, when it makes no sense. */
    private @Nullable Node child(long block, int level) throws IOException {
        if (!mapping.enter(block)) {
            return null;
        }
        long position = volume.position(block);
        ByteBuffer bytes = volume.read(position, volume.blockSize());
        String name = "extent node at " + position;
        try {
            int magic = volume.features().hasChecksums() ? MAGIC_3 : MAGIC;
            require(bytes.getInt(0) == magic, name, "bb_magic", bytes.getInt(0));
            int found = Short.toUnsignedInt(bytes.getShort(4));
            require(found == level, name, "bb_level", found);
            int count = Short.toUnsignedInt(bytes.getShort(6));
            if (volume.features().hasChecksums()) {
                volume.verify(name, bytes, XfsSignature.EXTENT_NODE, position, inode.number());
            }
            if (level > 0) {
                return node(bytes, headerBytes, count, name);
            }
            int room = (bytes.limit() - headerBytes) / RECORD_BYTES;
            require(count > 0 && count <= room, name, "bb_numrecs", count);
            XfsMapping.addRecords(mapping, bytes, headerBytes, count);
        } catch (FormatException e) {
            mapping.damage(e);
        }
        return null;
    }

    /** Room for all keys comes before the first pointer. */
    private static Node node(ByteBuffer bytes, int header, int count, String name)
            throws FormatException {
        int room = (bytes.limit() - header) / RECORD_BYTES;
        require(count > 0 && count <= room, name, "bb_numrecs", count);
        return new Node(bytes, count, header + room * KEY_BYTES);
    }

    private static void require(boolean holds, String name, String field, int found)
            throws FormatException {
        if (!holds) {
            throw new FormatException(name + ": " + field + " is invalid: " + found);
        }
    }
}
