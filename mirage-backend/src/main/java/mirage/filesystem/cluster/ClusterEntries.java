package mirage.filesystem.cluster;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** What a format tells {@link ClusterTree} of its directories. For one thread. */
public interface ClusterEntries {
    /**
     * @throws FormatException when there is none
     */
    ClusterFile root() throws IOException;

    /**
     * Where a file lies, where the format knows more of that than the chain of its clusters tells.
     *
     * @return null when it does not
     * @throws FormatException when the file is nowhere
     */
    default @Nullable Placement placement(ClusterFile file) throws IOException {
        return null;
    }

    /**
     * @param entry as {@link #list} names it
     * @throws FormatException when there is no file
     */
    ClusterFile read(long entry) throws IOException;

    /** How many links the directory has, as the kernel counts them. */
    long links(ClusterFile directory, ExtentMap content) throws IOException;

    /** Adds the names of a directory. */
    void list(ClusterFile directory, ExtentMap content, DirectoryListing.Builder names)
            throws IOException;
}
