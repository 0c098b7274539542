package mirage.facts.collect;

import mirage.filesystem.FileRecord;

import java.io.IOException;

/**
 * Finds facts in one kind of source. An instance is of one volume, used by one thread: first it is asked of every path,
 * then handed those it wants in the same order, then it finishes.
 */
public interface FactCollector {
    /**
     * Whether the file may say something, told by its path and record alone: asked of every regular file and symbolic
     * link of the volume, so it must be cheap.
     */
    boolean wants(GuestPath path, FileRecord file);

    /**
     * Reads a file that it wants. All of it is hostile.
     *
     * @throws mirage.bytes.FormatException when the file is not what it should be: a warning, and what was found in it
     *     before stays
     */
    void collect(GuestFile file, FactSink facts) throws IOException;

    /** Tells what could be told only after all files were read. */
    default void finish(FactSink facts) {}
}
