package mirage.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives chunks by their id. Safe for use by many threads. */
public interface ChunkSource {
    /**
     * The content of a chunk.
     *
     * @return a read-only buffer over exactly the chunk's bytes, whose integrity was checked on the way
     * @throws MissingChunkException when there is no such chunk
     * @throws IOException when it cannot be read or is damaged
     */
    ByteBuffer read(ChunkId id) throws IOException;
}
