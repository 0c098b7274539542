package mirage.facts;

import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.manifest.FactTable;

import java.io.IOException;

/** Reads facts back. */
public final class FactTableReader {
    private FactTableReader() {}

    /** Takes the facts of a table. */
    @FunctionalInterface
    public interface FactVisitor {
        void visit(FoundFact found) throws IOException;
    }

    /** Shows every fact in the order they were found, one block in memory at a time. */
    public static void forEach(FactTable table, ChunkSource chunks, FactVisitor visitor)
            throws IOException {
        for (ChunkId block : table.blocks()) {
            for (FoundFact found : FactFormat.decode(block, chunks.read(block))) {
                visitor.visit(found);
            }
        }
    }
}
