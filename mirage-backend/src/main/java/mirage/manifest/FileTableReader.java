package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;

import java.io.IOException;

/** Reads file tables back. */
public final class FileTableReader {
    private FileTableReader() {}

    /** Takes the rows of a table. */
    @FunctionalInterface
    public interface EntryVisitor {
        /** Returns false to end the reading. */
        boolean visit(FileEntry entry) throws IOException;
    }

    /** Shows every row in the order of the walk, one block in memory at a time. */
    public static void forEach(
            VolumeRecord.FileTable table, ChunkSource chunks, EntryVisitor visitor)
            throws IOException {
        for (ChunkId block : table.blocks()) {
            for (FileEntry entry : FileTableFormat.decode(block, chunks.read(block))) {
                if (!visitor.visit(entry)) {
                    return;
                }
            }
        }
    }
}
