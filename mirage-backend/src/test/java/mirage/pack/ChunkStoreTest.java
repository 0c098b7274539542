package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.memory.MemoryBlobStore;
import mirage.chunk.ChunkId;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;

final class ChunkStoreTest {
    private static final PackSettings SMALL = new PackSettings(8 << 10, 64 << 10, 3, 32 << 10);

    private final MemoryBlobStore blobs = new MemoryBlobStore();

    @Test
    void givesBackWhatWasPut() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(1), 300, 5000);
        try (ChunkStore store = ChunkStore.open(blobs, new MemoryChunkIndex(), SMALL)) {
            try (ChunkWriter writer = store.newWriter()) {
                Chunks.putAll(writer, chunks);
                writer.commit();
            }
            for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
                assertThat(store.read(chunk.getKey())).isEqualTo(chunk.getValue());
            }
            assertThat(store.statistics().chunks()).isEqualTo(300);
            assertThat(store.statistics().packs()).isGreaterThan(5);
        }
    }
}
