package mirage.pack;

import static mirage.pack.ChunkStores.SMALL;
import static mirage.pack.ChunkStores.assertHolds;
import static mirage.pack.ChunkStores.open;
import static mirage.pack.ChunkStores.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Two stores, each with an index of its own, over the same blobs. */
final class PackFollowerTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();

    @Test
    void aReaderFindsWhatAnotherStoreWrote() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(1), 100, 4000);
        Map<ChunkId, ByteBuffer> more = Chunks.random(new Random(2), 100, 4000);
        try (ChunkStore mine = open(blobs);
                ChunkStore others = open(blobs)) {
            store(others, chunks);
            assertHolds(mine, chunks);
            store(others, more);
            List<ChunkId> ids = List.copyOf(more.keySet());
            List<ChunkPlace> places = mine.requireAll(ids);
            for (int i = 0; i < ids.size(); i++) {
                ChunkPlace place = places.get(i);
                assertThat(mine.chunkIn(mine.readFrame(place.frameId()), ids.get(i), place))
                        .isEqualTo(more.get(ids.get(i)));
            }
        }
    }

    @Test
    void aWriterThatFollowsStoresNothingTwice() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(1), 100, 4000);
        try (ChunkStore mine = open(blobs);
                ChunkStore others = open(blobs)) {
            store(others, chunks);
            mine.follow();
            int packs = blobs.list(BlobKind.PACK).size();
            store(mine, chunks);
            assertThat(blobs.list(BlobKind.PACK)).hasSize(packs);
            assertThat(mine.statistics()).isEqualTo(others.statistics());
        }
    }

    /** A chunk that is nowhere costs those who ask at once a listing or two, not one each. */
    @Test
    void manyThatMissListOnce() throws Exception {
        AtomicInteger listings = new AtomicInteger();
        try (ChunkStore store =
                        ChunkStore.open(
                                new Counting(blobs, listings), new MemoryChunkIndex(), SMALL);
                ExecutorService threads = Executors.newFixedThreadPool(40)) {
            listings.set(0);
            List<Future<?>> misses = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < 400; i++) {
                ChunkId id = PackTables.id("missing " + i);
                misses.add(
                        threads.submit(() ->
                                assertThatThrownBy(() -> store.read(id))
                                        .isInstanceOf(MissingChunkException.class)));
            }
            for (Future<?> miss : misses) {
                miss.get();
            }
            long elapsedMillis = (System.nanoTime() - start) / 1_000_000;
            assertThat(listings).hasPositiveValue();
            assertThat(listings.get()).isLessThanOrEqualTo((int) (elapsedMillis / 200) + 2);
        }
    }

    private record Counting(BlobStore below, AtomicInteger listings) implements BlobStore {
        @Override
        public void create(BlobName name, ByteSource content) throws IOException {
            below.create(name, content);
        }

        @Override
        public ByteSource open(BlobName name) throws IOException {
            return below.open(name);
        }

        @Override
        public void delete(BlobName name) throws IOException {
            below.delete(name);
        }

        @Override
        public List<BlobName> list(BlobKind kind) throws IOException {
            listings.incrementAndGet();
            return below.list(kind);
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
