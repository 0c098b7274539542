package mirage.filesystem.cluster;

import mirage.filesystem.FileRecord.FileTimes;

import org.jspecify.annotations.Nullable;

/**
 * What a directory's entry says of a file.
 *
 * @param entry where it lies, as {@link ClusterEntries} names it: its position in the volume, and in the lower five bits
 *     whatever the format needs
 * @param directory whether it is one, else it is a regular file
 * @param readOnly whether the attribute of that name is set
 * @param first number of its first cluster, 0 when it has none
 * @param contiguous whether its clusters follow one another, and are not in the table
 * @param size in bytes, {@link #BY_CHAIN} of a directory that is as long as its chain
 * @param written bytes from its begin that hold content; what is behind reads as zeros
 * @param damage what is wrong with the entry, null when nothing is
 */
public record ClusterFile(
        long entry,
        boolean directory,
        boolean readOnly,
        long first,
        boolean contiguous,
        long size,
        long written,
        FileTimes times,
        @Nullable String damage) {
    public static final long BY_CHAIN = -1;

    /** Size of an entry. */
    public static final int ENTRY_BYTES = 32;

    /** A directory that is as long as its chain, and of which nothing else is known. */
    public static ClusterFile root(long entry, long first, FileTimes times) {
        return new ClusterFile(entry, true, false, first, false, BY_CHAIN, BY_CHAIN, times, null);
    }

    /** Which file it is: see the package. */
    long number(ClusterVolume volume) {
        boolean byCluster = directory && volume.holds(first, 1);
        long position = byCluster ? volume.position(first) : entry;
        return 2 * (position / ENTRY_BYTES) + (directory ? 1 : 0);
    }
}
