package mirage.filesystem.cluster;

/**
 * Where the clusters of a volume lie, and the table that chains them. Positions are bytes from the begin of the volume.
 *
 * @param clusterSize in bytes, a power of two
 * @param heap where the first cluster, which has number 2, begins
 * @param clusters how many there are, which may be more than the volume holds
 * @param tableAt where the copy of the table that is in use begins
 * @param otherTableAt where another copy of it begins, {@link #NO_TABLE} when there is none that is kept equal
 * @param entryBits bits of a table entry: 12, 16 or 32
 * @param valueBits of these, how many hold a value: fewer in FAT32, which keeps four for itself
 */
public record ClusterGeometry(
        int clusterSize,
        long heap,
        long clusters,
        long tableAt,
        long otherTableAt,
        int entryBits,
        int valueBits) {
    /** Number of the first cluster: the table's entries before it are of no cluster. */
    public static final int FIRST_CLUSTER = 2;

    public static final long NO_TABLE = -1;
}
