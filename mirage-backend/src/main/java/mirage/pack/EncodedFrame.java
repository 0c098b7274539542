package mirage.pack;

import mirage.chunk.ChunkId;
import mirage.codec.Checksum;
import mirage.codec.Zstd;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame ready to be stored.
 *
 * @param stored what stands in the pack
 * @param contentBytes length of the content
 */
record EncodedFrame(
        ByteBuffer stored,
        int contentBytes,
        int storedCrc32c,
        int contentCrc32c,
        List<PendingChunk> chunks) {

    /** A chunk of the frame. */
    record PendingChunk(ChunkId id, int length) {}

    /**
     * @param content of the chunks, from position to limit, left as it is
     */
    static EncodedFrame encode(ByteBuffer content, List<PendingChunk> chunks, int level) {
        ByteBuffer stored = ByteBuffer.wrap(Zstd.compress(content, level));
        return new EncodedFrame(
                stored,
                content.remaining(),
                Checksum.crc32c(stored),
                Checksum.crc32c(content),
                chunks);
    }

    /** What the frame adds to a pack, its entries in the table included, at most. */
    long packBytes() {
        return stored.remaining()
                + PackFormat.MAX_FRAME_ENTRY_BYTES
                + (long) chunks.size() * PackFormat.MAX_CHUNK_ENTRY_BYTES;
    }
}
