package mirage.pack;

import mirage.chunk.ChunkId;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Chunks to test with: half random, half repeated, so that frames compress, but not to nothing. */
final class Chunks {
    private Chunks() {}

    static ByteBuffer random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        for (int i = length / 2; i < length; i++) {
            bytes[i] = (byte) (i % 7);
        }
        return ByteBuffer.wrap(bytes);
    }

    /** Some chunks of 1 to {@code maxLength} bytes by their ids. */
    static Map<ChunkId, ByteBuffer> random(Random random, int count, int maxLength) {
        Map<ChunkId, ByteBuffer> chunks = new LinkedHashMap<>();
        while (chunks.size() < count) {
            ByteBuffer content = random(random, 1 + random.nextInt(maxLength));
            chunks.put(ChunkId.of(content), content);
        }
        return chunks;
    }

    static void putAll(ChunkWriter writer, Map<ChunkId, ByteBuffer> chunks)
            throws java.io.IOException {
        for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
            writer.put(chunk.getKey(), chunk.getValue());
        }
    }
}
