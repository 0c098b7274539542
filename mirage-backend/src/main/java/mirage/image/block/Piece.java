package mirage.image.block;

/** What a run of the guest's disk is. */
public sealed interface Piece {
    /** Bytes of the disk, greater than 0. */
    long length();

    /**
     * Reads as zeros: unallocated, or said to be zero.
     *
     * @param lost true when the image gives it a place, or a table that would, past the end of the container
     */
    record Hole(long length, boolean lost) implements Piece {}

    /** Lies in the container as it is, from {@code containerOffset} on, wholly. */
    record Plain(long length, long containerOffset) implements Piece {}

    /**
     * Part of a compressed cluster.
     *
     * @param length to the end of the cluster or of the disk
     * @param clusterStart where the cluster begins on the disk
     * @param containerOffset where its compressed bytes begin, within the container
     * @param storedLength of the compressed bytes, at the most; all of them within the container
     */
    record Encoded(long length, long clusterStart, long containerOffset, int storedLength)
            implements Piece {}

    /**
     * Cannot be read: a table contradicts the format, or compressed bytes lie past the end of the container.
     *
     * @param table what is broken, with its format
     * @param tableOffset where that is in the container
     * @param entry the first broken entry of it
     */
    record Broken(long length, String table, long tableOffset, long entry) implements Piece {
        String describe(long diskOffset) {
            return table
                    + " at "
                    + tableOffset
                    + ": entry "
                    + entry
                    + ", for the disk at "
                    + diskOffset
                    + ", names nothing that can be read";
        }
    }
}
