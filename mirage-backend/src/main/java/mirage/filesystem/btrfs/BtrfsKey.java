package mirage.filesystem.btrfs;

import java.nio.ByteBuffer;

/**
 * What items are sorted and found by: whose they are, what they are, and which of these. "Btrfs Key"; the ids and types
 * are in {@code linux/btrfs_tree.h}.
 *
 * @param objectId unsigned
 * @param type from 0 to 255
 * @param offset unsigned
 */
record BtrfsKey(long objectId, int type, long offset) implements Comparable<BtrfsKey> {
    static final int BYTES = 17;

    static final int INODE_ITEM = 1;
    static final int XATTR_ITEM = 24;
    static final int DIR_INDEX = 96;
    static final int EXTENT_DATA = 108;
    static final int ROOT_ITEM = 132;
    static final int ROOT_REF = 156;
    static final int CHUNK_ITEM = 228;

    /** The largest offset, in the unsigned order. */
    static final long MAX_OFFSET = -1;

    static BtrfsKey read(ByteBuffer bytes, int at) {
        return new BtrfsKey(bytes.getLong(at), bytes.get(at + 8) & 0xff, bytes.getLong(at + 9));
    }

    @Override
    public int compareTo(BtrfsKey other) {
        return compare(objectId, type, offset, other);
    }

    /** Compares the key in a buffer with another one, without making an object of it. */
    static int compare(ByteBuffer bytes, int at, BtrfsKey other) {
        return compare(bytes.getLong(at), bytes.get(at + 8) & 0xff, bytes.getLong(at + 9), other);
    }

    private static int compare(long objectId, int type, long offset, BtrfsKey other) {
        int byObject = Long.compareUnsigned(objectId, other.objectId);
        if (byObject != 0) {
            return byObject;
        }
        return type != other.type
                ? Integer.compare(type, other.type)
                : Long.compareUnsigned(offset, other.offset);
    }

    @Override
    public String toString() {
        return "("
                + Long.toUnsignedString(objectId)
                + " "
                + type
                + " "
                + Long.toUnsignedString(offset)
                + ")";
    }
}
