package mirage.filesystem.xfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Attributes in blocks of their own: one leaf, or leaves below nodes, and values that are larger than fit there.
 * "Leaf Attributes", "Node Attributes", "Remote Attribute Values". Blocks are numbered from the begin of the fork; none
 * is entered twice, and what one inode may have in all is bounded.
 */
final class XfsAttributeTree {
    private static final int LEAF = 0xfbee;
    private static final int NODE = 0xfebe;
    private static final int LEAF_3 = 0x3bee;
    private static final int NODE_3 = 0x3ebe;
    private static final int REMOTE = 0x5841524d;
    private static final int REMOTE_HEADER_BYTES = 56;
    private static final int REMOTE_OFFSET = 4;
    private static final int REMOTE_BYTES = 8;
    private static final int ENTRY_BYTES = 8;
    private static final int MAX_LEVEL = 5;

    /** The kernel hands out no larger value. {@code linux/limits.h}, {@code XATTR_SIZE_MAX}. */
    private static final int MAX_VALUE_BYTES = 1 << 16;

    /** Of all names and values of one inode; the kernel lists no more than 64 KiB of names. */
    private static final int MAX_TOTAL_BYTES = 16 << 20;

    /** What a name and a value cost besides their bytes. */
    private static final int ATTRIBUTE_COST = 128;

    private static final long MAX_BLOCKS = 1L << 32;

    private final XfsVolume volume;
    private final XfsInode inode;
    private final XfsAttributes.Sink sink;
    private final boolean checked;
    private final LongSet entered = new LongSet();
    private ExtentMap map = ExtentMap.EMPTY;
    private int taken;

    XfsAttributeTree(XfsVolume volume, XfsInode inode, XfsAttributes.Sink sink) {
        this.volume = volume;
        this.inode = inode;
        this.sink = sink;
        this.checked = volume.features().hasChecksums();
    }

    /**
     * @throws FormatException when the first block is none, or there is too much; damage below it is warned of and left
     *     out
     */
    void read(XfsInode.Fork fork) throws IOException {
        map = XfsMapping.ofAttributes(volume, inode, fork, MAX_BLOCKS * volume.blockSize()).map();
        ByteBuffer root = block(0);
        int magic = magic(root);
        if (magic == (checked ? LEAF_3 : LEAF)) {
            readLeaf(root, 0);
        } else {
            readNode(root, 0, level(root, 0));
        }
    }

    private ByteBuffer block(long number) throws IOException {
        // 0 marks a free place of the set
        if (!entered.add(number + 1)) {
            throw new FormatException("block " + number + " is used twice: a cycle");
        }
        long at = number * volume.blockSize();
        ByteBuffer block = volume.content(map, at, volume.blockSize());
        if (checked) {
            volume.verify(
                    "attribute block " + number + " of inode " + inode.number(),
                    block,
                    XfsSignature.ATTRIBUTE_NODE,
                    XfsVolume.place(map, at),
                    inode.number());
        }
        return block;
    }

    private static int magic(ByteBuffer block) {
        return Short.toUnsignedInt(block.getShort(8));
    }

    private int level(ByteBuffer node, long number) throws FormatException {
        int level = Short.toUnsignedInt(node.getShort(checked ? 58 : 14));
        if (magic(node) != (checked ? NODE_3 : NODE) || level < 1 || level > MAX_LEVEL) {
            throw new FormatException(
                    "block "
                            + number
                            + " expected to be a node of level 1 to "
                            + MAX_LEVEL
                            + ", found 0x"
                            + Integer.toHexString(magic(node))
                            + " of level "
                            + level);
        }
        return level;
    }

    /** Recursive: a node is one level below its parent. */
    private void readNode(ByteBuffer node, long number, int level) throws IOException {
        int count = count(node, number, checked ? 56 : 12, checked ? 64 : 16);
        for (int i = 0; i < count; i++) {
            int at = (checked ? 64 : 16) + i * ENTRY_BYTES;
            long child = Integer.toUnsignedLong(node.getInt(at + 4));
            try {
                readChild(child, level - 1);
            } catch (FormatException e) {
                warn(e);
            }
        }
    }

    private void readChild(long number, int level) throws IOException {
        ByteBuffer child = block(number);
        if (level == 0) {
            readLeaf(child, number);
        } else if (level(child, number) == level) {
            readNode(child, number, level);
        } else {
            throw new FormatException("block " + number + " is not of level " + level);
        }
    }

    private static int count(ByteBuffer block, long number, int at, int entriesAt)
            throws FormatException {
        int count = Short.toUnsignedInt(block.getShort(at));
        if (count > (block.limit() - entriesAt) / ENTRY_BYTES) {
            throw new FormatException("block " + number + " claims " + count + " entries");
        }
        return count;
    }

    private void readLeaf(ByteBuffer leaf, long number) throws IOException {
        if (magic(leaf) != (checked ? LEAF_3 : LEAF)) {
            throw new FormatException(
                    "block "
                            + number
                            + " expected to be a leaf, found 0x"
                            + Integer.toHexString(magic(leaf)));
        }
        int entriesAt = checked ? 80 : 32;
        int count = count(leaf, number, checked ? 56 : 12, entriesAt);
        for (int i = 0; i < count && taken <= MAX_TOTAL_BYTES; i++) {
            try {
                readEntry(leaf, entriesAt + i * ENTRY_BYTES);
            } catch (FormatException e) {
                warn(e);
            }
        }
    }

    private void readEntry(ByteBuffer leaf, int at) throws IOException {
        int flags = leaf.get(at + 6) & 0xff;
        boolean local = (flags & XfsAttributes.LOCAL) != 0;
        int nameAt = Short.toUnsignedInt(leaf.getShort(at + 4));
        int headerBytes = local ? 3 : 9;
        requireWithin(leaf, nameAt, headerBytes);
        int nameLength = leaf.get(nameAt + headerBytes - 1) & 0xff;
        long valueLength =
                local
                        ? Short.toUnsignedInt(leaf.getShort(nameAt))
                        : Integer.toUnsignedLong(leaf.getInt(nameAt + 4));
        requireWithin(leaf, nameAt, headerBytes + nameLength + (local ? (int) valueLength : 0));
        if (valueLength > MAX_VALUE_BYTES) {
            throw new FormatException("a value of " + valueLength + " bytes");
        }
        int cost = ATTRIBUTE_COST + nameLength + (int) valueLength;
        // Entries may lie over one another, so that a block makes more of them than it has bytes.
        volume.charge(cost);
        taken += cost;
        if (taken > MAX_TOTAL_BYTES) {
            throw new FormatException(
                    "more than " + MAX_TOTAL_BYTES + " bytes; the rest is left out");
        }
        RawName name = XfsAttributes.name(leaf, nameAt + headerBytes, nameLength);
        RawName value =
                local
                        ? XfsAttributes.name(
                                leaf, nameAt + headerBytes + nameLength, (int) valueLength)
                        : remote(Integer.toUnsignedLong(leaf.getInt(nameAt)), (int) valueLength);
        sink.take(flags, name, value);
    }

    private static void requireWithin(ByteBuffer leaf, int at, int length) throws FormatException {
        if (at > leaf.limit() - length) {
            throw new FormatException(
                    "entry of " + length + " bytes at " + at + " is outside its block");
        }
    }

    private RawName remote(long firstBlock, int length) throws IOException {
        long at = firstBlock * volume.blockSize();
        if (length == 0) {
            return RawName.EMPTY;
        }
        if (!checked) {
            return RawName.of(volume.content(map, at, length).array());
        }
        ByteBuffer value = ByteBuffer.allocate(length);
        while (value.hasRemaining()) {
            ByteBuffer block = volume.content(map, at, volume.blockSize());
            int held = Math.min(value.remaining(), block.limit() - REMOTE_HEADER_BYTES);
            if (block.getInt(0) != REMOTE
                    || block.getInt(REMOTE_OFFSET) != value.position()
                    || block.getInt(REMOTE_BYTES) != held) {
                throw new FormatException(
                        "part of a value at "
                                + value.position()
                                + " expected in block "
                                + at / volume.blockSize()
                                + ", found 0x"
                                + Integer.toHexString(block.getInt(0))
                                + " of "
                                + Integer.toUnsignedString(block.getInt(REMOTE_BYTES))
                                + " at "
                                + Integer.toUnsignedString(block.getInt(REMOTE_OFFSET)));
            }
            volume.verify(
                    "attribute value in block "
                            + at / volume.blockSize()
                            + " of inode "
                            + inode.number(),
                    block,
                    XfsSignature.REMOTE,
                    XfsVolume.place(map, at),
                    inode.number());
            value.put(block.slice(REMOTE_HEADER_BYTES, held));
            at += volume.blockSize();
        }
        return RawName.of(value.array());
    }

    private void warn(FormatException cause) {
        volume.warn("attributes of inode " + inode.number() + ": " + cause.getMessage());
    }
}
