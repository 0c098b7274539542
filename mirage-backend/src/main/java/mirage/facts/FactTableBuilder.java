package mirage.facts;

import mirage.chunk.ChunkId;
import mirage.manifest.FactTable;
import mirage.manifest.RecipeBuilder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers facts in blocks, in the order they come. A block ends before a fact whose values say so, so that a package
 * that is upgraded changes one block and the facts of two versions of a system share the others. Memory is bounded:
 * what comes after {@value #MAX_BYTES} bytes is counted and left out.
 */
final class FactTableBuilder {
    private static final int MIN_FACTS = 64;
    private static final int MAX_FACTS = 2048;

    /** Ten times what the largest distributions with thousands of libraries have to say. */
    private static final int MAX_BYTES = 32 << 20;

    private static final int MAX_BLOCK_BYTES = 1 << 20;

    /** One fact of 128 may end a block. */
    private static final int BOUNDARY_MASK = 127;

    private final List<FactFormat.BlockWriter> blocks = new ArrayList<>();
    private long count;
    private long closedBytes;
    private long leftOut;

    void add(FoundFact found) {
        if (blocks.isEmpty() || endsBefore(found)) {
            closedBytes += blocks.isEmpty() ? 0 : blocks.getLast().bytes();
            blocks.add(new FactFormat.BlockWriter());
        }
        if (closedBytes + blocks.getLast().bytes() > MAX_BYTES) {
            leftOut++;
            return;
        }
        blocks.getLast().add(found);
        count++;
    }

    /** How many facts found no room. */
    long leftOut() {
        return leftOut;
    }

    /** Writes the blocks, as chunks, and gives what the manifest has to say of them. */
    FactTable finish(RecipeBuilder.SegmentSink sink) throws IOException {
        List<ChunkId> ids = new ArrayList<>(blocks.size());
        for (FactFormat.BlockWriter block : blocks) {
            if (block.count() > 0) {
                ByteBuffer bytes = block.close();
                ChunkId id = ChunkId.of(bytes);
                sink.put(id, bytes);
                ids.add(id);
            }
        }
        return new FactTable(count, ids);
    }

    private boolean endsBefore(FoundFact found) {
        FactFormat.BlockWriter last = blocks.getLast();
        return last.count() >= MAX_FACTS
                || last.bytes() >= MAX_BLOCK_BYTES
                || (last.count() >= MIN_FACTS
                        && (mix(found.fact().values().hashCode()) & BOUNDARY_MASK) == 0);
    }

    private static int mix(int hash) {
        int mixed = hash * 0x9e3779b9;
        return mixed ^ mixed >>> 16;
    }
}
