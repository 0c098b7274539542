package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;

/**
 * The number of a file in the whole file system. Each subvolume numbers its files from 256 on, and the kernel tells them
 * apart by a device number for each subvolume, which says nothing outside of it. Here the subvolume stands in the upper
 * 23 bits, and that of the top level is 0 there: its files have the numbers that the kernel shows.
 *
 * @param subvolume id of its tree
 * @param objectId of the inode in it
 */
record BtrfsNumber(long subvolume, long objectId) {
    private static final int OBJECT_BITS = 40;
    private static final long OBJECT_LIMIT = 1L << OBJECT_BITS;
    private static final long SUBVOLUME_LIMIT = 1L << (Long.SIZE - 1 - OBJECT_BITS);

    /**
     * @throws FormatException when they are beyond what any file system came to: a trillion files ever made in a
     *     subvolume, or 8 million subvolumes
     */
    static BtrfsNumber of(long subvolume, long objectId) throws FormatException {
        if (objectId <= 0
                || objectId >= OBJECT_LIMIT
                || subvolume <= 0
                || subvolume >= SUBVOLUME_LIMIT) {
            throw new FormatException(
                    "inode "
                            + Long.toUnsignedString(objectId)
                            + " of subvolume "
                            + Long.toUnsignedString(subvolume)
                            + " is beyond any that was made");
        }
        return new BtrfsNumber(subvolume, objectId);
    }

    static BtrfsNumber of(long number) throws FormatException {
        long subvolume = number >>> OBJECT_BITS;
        return of(subvolume == 0 ? BtrfsRoot.TOP_LEVEL : subvolume, number & (OBJECT_LIMIT - 1));
    }

    /** Greater than 0. */
    long toLong() {
        return subvolume == BtrfsRoot.TOP_LEVEL ? objectId : subvolume << OBJECT_BITS | objectId;
    }
}
