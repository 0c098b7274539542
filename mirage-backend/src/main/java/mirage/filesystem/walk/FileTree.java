package mirage.filesystem.walk;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/**
 * What a format tells {@link TreeWalk} of its files. Each method reads within the budget of the walk's {@link
 * VolumeReader} and ends on any input. For one thread.
 *
 * @param <F> what the format knows of one file before it is described: its inode
 */
public interface FileTree<F> {
    /**
     * @throws FormatException when there is no root directory: nothing can be shown
     */
    F root() throws IOException;

    /**
     * @param file of a {@link DirectoryEntry}
     * @throws FormatException when there is no such file, or it makes no sense: its name is left out with a warning
     */
    F read(long file) throws IOException;

    /** Why a file that could be read is not to be shown, as {@code is free}; null when it is. */
    @Nullable String problem(F file);

    /** What is odd about a name that leads to this file, which is shown all the same; null when nothing is. */
    default @Nullable String oddity(F file) {
        return null;
    }

    boolean isDirectory(F file);

    /** Not 0; of two files the same exactly when they are one, by whatever names. */
    long number(F file);

    /**
     * The record of a file without a {@link #problem}. What is damaged is left out with a warning and flagged.
     *
     * @param path becomes that of the record
     */
    FileRecord describe(RawName path, F file) throws IOException;

    /**
     * Records that a file has beside its own, by each of its names: streams with names of their own. They are shown
     * with the names of the directory that the file is in, in their order; one whose path another file has is left out
     * with a warning.
     *
     * @param described the file's record
     * @return in any order; each path is the file's with a colon and more behind it, without a slash
     */
    default List<FileRecord> beside(FileRecord described, F file) throws IOException {
        return List.of();
    }

    /**
     * The names in a directory.
     *
     * @param described its record
     * @param room how many entries may be kept; the rest is left out with a warning
     */
    DirectoryListing list(F directory, FileRecord described, int room) throws IOException;

    /**
     * How many files {@link #readAhead} takes; 0 when the format has no use for it, as when names and files are in one
     * order.
     */
    default int maxAhead() {
        return 0;
    }

    /**
     * Prepares for files that {@link #read} will be asked for in an order of their own.
     *
     * @param files at most {@link #maxAhead()}; those that make no sense are left for {@link #read} to refuse
     */
    default void readAhead(long[] files) throws IOException {}
}
