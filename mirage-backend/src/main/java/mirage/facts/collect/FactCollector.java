package mirage.facts.collect;

import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.util.List;

/**
 * Finds facts in one kind of source. An instance is of one volume, used by one thread: first it is asked of every path,
 * then handed those it wants in the same order, then those that symbolic links lead to, then it finishes.
 */
public interface FactCollector {
    /**
     * Whether the file may say something, told by its path and record alone: asked of every regular file and symbolic
     * link of the volume, so it must be cheap.
     */
    boolean wants(GuestPath path, FileRecord file);

    /**
     * Directories of the system in which it looks for files by their whole path, without a slash at either end. Where one of
     * them is a symbolic link or lies behind one, what it wants is looked for where that leads.
     */
    default List<String> places() {
        return List.of();
    }

    /**
     * Reads a file that it wants. All of it is hostile. A link to a file that it does not want by its own path comes as the
     * link, and later as that file by the path of the link.
     *
     * @throws mirage.bytes.FormatException when the file is not what it should be: a warning, and what was found in it
     *     before stays
     */
    void collect(GuestFile file, FactSink facts) throws IOException;

    /** Tells what could be told only after all files were read. */
    default void finish(FactSink facts) {}
}
