package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A node of a tree: a leaf of items at level 0, pointers to nodes above it. "B-tree nodes".
 *
 * @param address logical
 * @param level at most {@link #MAX_LEVEL}
 * @param count of items or pointers, for all of which there is room
 * @param bytes little-endian
 */
record BtrfsNode(long address, int level, int count, ByteBuffer bytes) {
    static final int MAX_LEVEL = 7;
    static final int HEADER_BYTES = 101;
    private static final int ITEM_BYTES = 25;
    private static final int POINTER_BYTES = 33;

    private static final int COUNT = 0x60;
    private static final int LEVEL = 0x64;

    static BtrfsNode parse(long address, ByteBuffer bytes) throws FormatException {
        int level = bytes.get(LEVEL) & 0xff;
        int count = bytes.getInt(COUNT);
        int room = (bytes.limit() - HEADER_BYTES) / (level == 0 ? ITEM_BYTES : POINTER_BYTES);
        if (level > MAX_LEVEL || count < 0 || count > room) {
            throw new FormatException(
                    "node "
                            + Long.toUnsignedString(address)
                            + ": nritems expected up to "
                            + room
                            + ", found "
                            + Integer.toUnsignedString(count)
                            + " in level "
                            + level);
        }
        return new BtrfsNode(address, level, count, bytes);
    }

    private int at(int index) {
        return HEADER_BYTES + index * (level == 0 ? ITEM_BYTES : POINTER_BYTES);
    }

    BtrfsKey key(int index) {
        return BtrfsKey.read(bytes, at(index));
    }

    /** Index of the first key at or behind another one, {@link #count} when there is none. */
    int firstFrom(BtrfsKey key) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (BtrfsKey.compare(bytes, at(middle), key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Logical address of the node that a pointer leads to. */
    long child(int index) {
        return bytes.getLong(at(index) + BtrfsKey.BYTES);
    }

    /** By which generation of the file system that node was written. */
    long childGeneration(int index) {
        return bytes.getLong(at(index) + BtrfsKey.BYTES + 8);
    }

    /**
     * The content of an item of a leaf.
     *
     * @param name of its structure, for messages
     * @throws FormatException when it is not within the leaf
     */
    StructReader item(int index, String name) throws FormatException {
        int at = at(index) + BtrfsKey.BYTES;
        long offset = Integer.toUnsignedLong(bytes.getInt(at));
        long size = Integer.toUnsignedLong(bytes.getInt(at + 4));
        int room = bytes.limit() - HEADER_BYTES;
        if (offset > room || size > room - offset) {
            throw new FormatException(
                    name
                            + " "
                            + key(index)
                            + " in node "
                            + Long.toUnsignedString(address)
                            + ": "
                            + size
                            + " bytes at "
                            + offset
                            + " are outside its "
                            + room);
        }
        int start = HEADER_BYTES + (int) offset;
        return StructReader.of(
                name, address + start, bytes.slice(start, (int) size), ByteOrder.LITTLE_ENDIAN);
    }
}
