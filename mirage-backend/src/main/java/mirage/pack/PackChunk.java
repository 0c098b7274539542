package mirage.pack;

import mirage.chunk.ChunkId;

/**
 * A chunk as its pack's table tells it.
 *
 * @param frame number of the frame, from 0
 * @param offset in the frame's content
 * @param length in bytes
 */
public record PackChunk(ChunkId id, int frame, int offset, int length) {
    public ChunkPlace place(PackId pack) {
        return new ChunkPlace(pack, frame, offset, length);
    }
}
