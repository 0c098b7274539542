package mirage.chunk;

import java.io.IOException;

/** A chunk that something names is not in the store: data loss, never a tenant's mistake. */
public final class MissingChunkException extends IOException {
    private static final long serialVersionUID = 1;

    public MissingChunkException(ChunkId id) {
        super("chunk " + id + " is not in the store");
    }
}
