package mirage.pack;

import static mirage.pack.ChunkStores.assertHolds;
import static mirage.pack.ChunkStores.assertVerified;
import static mirage.pack.ChunkStores.open;
import static mirage.pack.ChunkStores.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.memory.MemoryBlobStore;
import mirage.chunk.ChunkId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writers beside one another and one after the other. */
final class ChunkStoreWritersTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();

    /** Two writers put the same chunks: stored twice, found once, and neither depends on the other. */
    @Test
    void twoWritersAtOnce() throws Exception {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(9), 400, 4000);
        Map<ChunkId, ByteBuffer> others = Chunks.random(new Random(10), 400, 4000);
        Map<ChunkId, ByteBuffer> both = new HashMap<>(chunks);
        both.putAll(others);
        try (ChunkStore store = open(blobs)) {
            List<Future<Void>> writers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Map<ChunkId, ByteBuffer> some : List.of(chunks, both, others, both)) {
                    writers.add(
                            threads.submit(() -> {
                                store(store, some);
                                assertHolds(store, some);
                                return null;
                            }));
                }
            }
            for (Future<Void> writer : writers) {
                writer.get();
            }
            assertHolds(store, both);
            assertThat(store.statistics().chunks()).isBetween(800L, 2400L);
        }
        assertVerified(blobs);
        try (ChunkStore store = open(blobs)) {
            assertHolds(store, both);
        }
    }

    @Test
    void aWriterDoesNotRelyOnAnotherThatGivesUp() throws IOException {
        try (ChunkStore store = open(blobs)) {
            ChunkWriter givesUp = store.newWriter();
            assertThat(givesUp.put(PackTables.id("a"), PackTables.content("a"))).isTrue();
            try (ChunkWriter writer = store.newWriter()) {
                assertThat(writer.put(PackTables.id("a"), PackTables.content("a"))).isTrue();
                writer.commit();
            }
            givesUp.close();
            assertThat(store.read(PackTables.id("a"))).isEqualTo(PackTables.content("a"));
        }
    }

    /** Random puts, commits, abandons and restarts; what was committed is there, whatever else happens. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithAModel(long seed) throws IOException {
        Random random = new Random(seed);
        Map<ChunkId, ByteBuffer> all = Chunks.random(random, 400, 6000);
        List<ChunkId> ids = List.copyOf(all.keySet());
        Map<ChunkId, ByteBuffer> committed = new HashMap<>();
        for (int restart = 0; restart < 5; restart++) {
            try (ChunkStore store = open(blobs)) {
                assertHolds(store, committed);
                for (int session = 0; session < 5; session++) {
                    committed.putAll(runSession(random, store, all, ids));
                    assertHolds(store, committed);
                }
            }
        }
        assertVerified(blobs);
    }

    private static Map<ChunkId, ByteBuffer> runSession(
            Random random, ChunkStore store, Map<ChunkId, ByteBuffer> all, List<ChunkId> ids)
            throws IOException {
        Map<ChunkId, ByteBuffer> put = new HashMap<>();
        Map<ChunkId, ByteBuffer> committed = new HashMap<>();
        try (ChunkWriter writer = store.newWriter()) {
            for (int i = random.nextInt(100); i > 0; i--) {
                ChunkId id = ids.get(random.nextInt(ids.size()));
                ByteBuffer content = all.getOrDefault(id, ByteBuffer.allocate(0));
                boolean known = put.putIfAbsent(id, content) != null || store.find(id) != null;
                assertThat(writer.put(id, content)).isEqualTo(!known);
                if (random.nextInt(20) == 0) {
                    writer.flushFrame();
                }
                if (random.nextInt(30) == 0) {
                    writer.commit();
                    committed.putAll(put);
                }
            }
        }
        return committed;
    }
}
