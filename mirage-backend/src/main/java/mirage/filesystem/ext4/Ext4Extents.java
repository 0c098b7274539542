package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.walk.FileMapping;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Walks an extent tree from left to right. Kernel documentation, "Extent Tree". A node must be one level below its
 * parent, which bounds the walk in depth; no block may be a node twice, which bounds it in breadth.
 */
final class Ext4Extents {
    private static final int MAGIC = 0xf30a;
    private static final int HEADER_BYTES = 12;
    private static final int ENTRY_BYTES = 12;
    private static final int CHECKSUM_BYTES = 4;
    private static final int MAX_DEPTH = 5;
    private static final int MAX_WRITTEN_LENGTH = 32768;

    private final Ext4Volume volume;
    private final Ext4Inode inode;
    private final FileMapping mapping;

    private Ext4Extents(Ext4Volume volume, Ext4Inode inode, FileMapping mapping) {
        this.volume = volume;
        this.inode = inode;
        this.mapping = mapping;
    }

    /**
     * @throws FormatException when the root is no extent tree; damage below it is warned of and left out
     */
    static void read(Ext4Volume volume, Ext4Inode inode, FileMapping mapping) throws IOException {
        new Ext4Extents(volume, inode, mapping).walk();
    }

    private void walk() throws IOException {
        ByteBuffer root = inode.map();
        int depth = Short.toUnsignedInt(root.getShort(6));
        if (depth > MAX_DEPTH) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": eh_depth expected up to "
                            + MAX_DEPTH
                            + ", found "
                            + depth);
        }
        requireNode(root, depth, "extent root of inode " + inode.number());
        ByteBuffer[] nodes = new ByteBuffer[depth + 1];
        int[] next = new int[depth + 1];
        nodes[depth] = root;
        for (int level = depth; level <= depth; ) {
            ByteBuffer node = nodes[level];
            if (level == 0) {
                addExtents(node);
                level++;
            } else if (next[level] == entries(node)) {
                level++;
            } else {
                ByteBuffer child = child(node, next[level]++, level - 1);
                if (child != null) {
                    level--;
                    nodes[level] = child;
                    next[level] = 0;
                }
            }
        }
    }

    /** The node below an index entry; null, after a warning, when it makes no sense. */
    private @Nullable ByteBuffer child(ByteBuffer node, int index, int depth) throws IOException {
        int at = HEADER_BYTES + index * ENTRY_BYTES;
        long block =
                Integer.toUnsignedLong(node.getInt(at + 4))
                        | (long) Short.toUnsignedInt(node.getShort(at + 8)) << 32;
        if (!mapping.enter(block)) {
            return null;
        }
        ByteBuffer child = volume.block(block, "extent node");
        try {
            requireNode(child, depth, "extent block " + block);
        } catch (FormatException e) {
            mapping.damage(e);
            return null;
        }
        verify(block, child);
        return child;
    }

    private static void requireNode(ByteBuffer node, int depth, String name)
            throws FormatException {
        require(node.getShort(0) == (short) MAGIC, name, "eh_magic", node.getShort(0) & 0xffff);
        int room = (node.limit() - HEADER_BYTES) / ENTRY_BYTES;
        int max = Short.toUnsignedInt(node.getShort(4));
        require(max > 0 && max <= room, name, "eh_max", max);
        int entries = entries(node);
        require(entries <= max && (entries > 0 || depth == 0), name, "eh_entries", entries);
        int found = Short.toUnsignedInt(node.getShort(6));
        require(found == depth, name, "eh_depth", found);
    }

    private static void require(boolean holds, String name, String field, int found)
            throws FormatException {
        if (!holds) {
            throw new FormatException(name + ": " + field + " is invalid: " + found);
        }
    }

    private static int entries(ByteBuffer node) {
        return Short.toUnsignedInt(node.getShort(2));
    }

    private void addExtents(ByteBuffer leaf) throws IOException {
        for (int i = 0; i < entries(leaf); i++) {
            int at = HEADER_BYTES + i * ENTRY_BYTES;
            int length = Short.toUnsignedInt(leaf.getShort(at + 4));
            if (length == 0) {
                mapping.damage("extent " + i + ": ee_len is 0");
                continue;
            }
            boolean written = length <= MAX_WRITTEN_LENGTH;
            mapping.add(
                    Integer.toUnsignedLong(leaf.getInt(at)),
                    written ? length : length - MAX_WRITTEN_LENGTH,
                    Integer.toUnsignedLong(leaf.getInt(at + 8))
                            | (long) Short.toUnsignedInt(leaf.getShort(at + 6)) << 32,
                    written);
        }
    }

    /** The checksum of a node in a block of its own follows its last possible entry. */
    private void verify(long block, ByteBuffer node) {
        int end = HEADER_BYTES + Short.toUnsignedInt(node.getShort(4)) * ENTRY_BYTES;
        if (!volume.superblock().checksumsKnown() || end > node.limit() - CHECKSUM_BYTES) {
            return;
        }
        CRC32C crc = volume.checksums().seeded(inode.number(), inode.generation());
        crc.update(node.slice(0, end));
        int computed = Ext4Checksums.register(crc);
        if (computed != node.getInt(end)) {
            volume.warn(
                    Ext4Checksums.mismatch(
                            "extent block " + block + " of inode " + inode.number(),
                            computed,
                            node.getInt(end)));
        }
    }
}
