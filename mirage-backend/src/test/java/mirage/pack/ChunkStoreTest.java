package mirage.pack;

import static mirage.pack.ChunkStores.SMALL;
import static mirage.pack.ChunkStores.assertHolds;
import static mirage.pack.ChunkStores.assertVerified;
import static mirage.pack.ChunkStores.blobBytes;
import static mirage.pack.ChunkStores.open;
import static mirage.pack.ChunkStores.placeOf;
import static mirage.pack.ChunkStores.places;
import static mirage.pack.ChunkStores.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobKind;
import mirage.blob.MissingBlobException;
import mirage.blob.memory.MemoryBlobStore;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What is put is given back, once and packed as told. */
final class ChunkStoreTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();

    @Test
    void givesBackWhatWasPut() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(1), 300, 20_000);
        try (ChunkStore store = open(blobs)) {
            store(store, chunks);
            assertHolds(store, chunks);
            StoreStatistics statistics = store.statistics();
            assertThat(statistics.chunks()).isEqualTo(300);
            assertThat(statistics.contentBytes())
                    .isEqualTo(chunks.values().stream().mapToLong(ByteBuffer::remaining).sum());
            assertThat(statistics.packs()).isEqualTo(blobs.list(BlobKind.PACK).size());
            assertThat(statistics.packBytes()).isEqualTo(blobBytes(blobs));
            assertThat(statistics.packBytes()).isLessThan(statistics.contentBytes() * 3 / 4);
        }
        assertVerified(blobs);
    }

    /** What was put last is there after the next start, with the index as it was, or without. */
    @Test
    void aLostIndexIsMadeAgainFromThePacks() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(2), 200, 20_000);
        List<ChunkPlace> before;
        StoreStatistics statistics;
        try (ChunkStore store = open(blobs)) {
            store(store, chunks);
            before = places(store, chunks.keySet());
            statistics = store.statistics();
        }
        try (ChunkStore store = open(blobs)) {
            assertThat(places(store, chunks.keySet())).isEqualTo(before);
            assertThat(store.statistics()).isEqualTo(statistics);
            assertHolds(store, chunks);
        }
    }

    @Test
    void putsAChunkOnce() throws IOException {
        ByteBuffer content = PackTables.content("chunk");
        ChunkId id = ChunkId.of(content);
        try (ChunkStore store = open(blobs)) {
            try (ChunkWriter writer = store.newWriter()) {
                assertThat(writer.put(id, content)).isTrue();
                assertThat(writer.put(id, content)).as("in the frame").isFalse();
                writer.flushFrame();
                assertThat(writer.put(id, content)).as("in flight").isFalse();
                assertThat(store.find(id)).as("before the commit").isNull();
                writer.commit();
                assertThat(store.find(id)).isNotNull();
                assertThat(writer.put(id, content)).as("in the store").isFalse();
                writer.commit();
            }
            try (ChunkWriter another = store.newWriter()) {
                assertThat(another.put(id, content)).isFalse();
                another.commit();
            }
            assertThat(store.statistics().packs()).isEqualTo(1);
            assertThat(store.statistics().chunks()).isEqualTo(1);
        }
    }

    @Test
    void copiesTheContentAndLeavesTheBufferAsItIs() throws IOException {
        ByteBuffer content =
                ByteBuffer.allocateDirect(100).put(10, (byte) 7).position(10).limit(30);
        ChunkId id = ChunkId.of(content);
        ByteBuffer expected = ByteBuffer.allocate(20).put(0, (byte) 7);
        try (ChunkStore store = open(blobs);
                ChunkWriter writer = store.newWriter()) {
            writer.put(id, content);
            assertThat(content.position()).isEqualTo(10);
            assertThat(content.limit()).isEqualTo(30);
            content.put(10, (byte) 8);
            writer.commit();
            assertThat(store.read(id)).isEqualTo(expected);
            assertThat(store.read(id).isReadOnly()).isTrue();
        }
    }

    @Test
    void keepsChunksOfAFrameTogetherAndFramesWithinTheirSize() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(4), 100, 3000);
        try (ChunkStore store = open(blobs)) {
            store(store, chunks);
            for (PackId id : store.packs()) {
                PackTable table = PackFormat.readTable(id, blobs.open(id.blobName()));
                assertThat(table.packBytes()).isLessThanOrEqualTo(SMALL.packSizeBytes());
                assertThat(table.frames())
                        .allMatch(frame -> frame.length() <= SMALL.frameSizeBytes());
            }
            List<ChunkPlace> places = places(store, chunks.keySet());
            for (int i = 1; i < places.size(); i++) {
                ChunkPlace last = places.get(i - 1);
                ChunkPlace place = places.get(i);
                assertThat(place.offset())
                        .as("what is put together lies together, in its order")
                        .isEqualTo(place.frameId().equals(last.frameId()) ? last.end() : 0);
            }
        }
    }

    @Test
    void flushedFramesDoNotMix() throws IOException {
        try (ChunkStore store = open(blobs);
                ChunkWriter writer = store.newWriter()) {
            for (String name : List.of("a", "b", "c")) {
                writer.put(PackTables.id(name), PackTables.content(name));
                if (name.equals("b")) {
                    writer.flushFrame();
                    writer.flushFrame();
                }
            }
            writer.commit();
            assertThat(
                            places(
                                    store,
                                    List.of(
                                            PackTables.id("a"),
                                            PackTables.id("b"),
                                            PackTables.id("c"))))
                    .extracting(ChunkPlace::frame)
                    .containsExactly(0, 0, 1);
        }
    }

    @Test
    void aChunkLargerThanAFrameIsAFrameOfItsOwn() throws IOException {
        ByteBuffer large = Chunks.random(new Random(5), 300_000);
        ByteBuffer largest = Chunks.random(new Random(6), PackFormat.MAX_FRAME_BYTES);
        try (ChunkStore store = open(blobs);
                ChunkWriter writer = store.newWriter()) {
            writer.put(PackTables.id("a"), PackTables.content("a"));
            writer.put(ChunkId.of(large), large);
            writer.put(ChunkId.of(largest), largest);
            writer.put(PackTables.id("b"), PackTables.content("b"));
            writer.commit();
            assertThat(store.read(ChunkId.of(large))).isEqualTo(large);
            assertThat(store.read(ChunkId.of(largest))).isEqualTo(largest);
            assertThat(store.read(PackTables.id("b"))).isEqualTo(PackTables.content("b"));
        }
        assertVerified(blobs);
    }

    @Test
    void refusesChunksThatCannotBe() throws IOException {
        try (ChunkStore store = open(blobs);
                ChunkWriter writer = store.newWriter()) {
            ByteBuffer tooLarge = ByteBuffer.allocate(PackFormat.MAX_FRAME_BYTES + 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.put(PackTables.id("a"), ByteBuffer.allocate(0)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.put(PackTables.id("a"), tooLarge));
        }
    }

    @Test
    void givesUpWhatIsNotCommitted() throws IOException {
        try (ChunkStore store = open(blobs)) {
            ChunkWriter writer = store.newWriter();
            Chunks.putAll(writer, Chunks.random(new Random(7), 10, 4000));
            writer.close();
            writer.close();
            assertThatIllegalStateException().isThrownBy(writer::commit);
            assertThat(store.statistics()).isEqualTo(StoreStatistics.EMPTY);
            assertThat(blobs.list(BlobKind.PACK)).isEmpty();
        }
    }

    @Test
    void aMissingChunkSaysSo() throws IOException {
        try (ChunkStore store = open(blobs)) {
            assertThatThrownBy(() -> store.read(PackTables.id("a")))
                    .isInstanceOf(MissingChunkException.class);
            FrameId frame = new FrameId(new PackId("00".repeat(32)), 0);
            assertThatThrownBy(() -> store.readFrame(frame))
                    .isInstanceOf(MissingBlobException.class);
        }
    }

    @Test
    void readsFramesInOrder() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(8), 50, 4000);
        try (ChunkStore store = open(blobs)) {
            store(store, chunks);
            for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
                ChunkPlace place = placeOf(store, chunk.getKey());
                for (ByteBuffer frame :
                        List.of(
                                store.readFrame(place.frameId()),
                                store.readFrameUncached(place.frameId()))) {
                    assertThat(frame.isReadOnly()).isTrue();
                    assertThat(store.chunkIn(frame, chunk.getKey(), place))
                            .isEqualTo(chunk.getValue());
                    assertThatThrownBy(() -> store.chunkIn(frame, PackTables.id("a"), place))
                            .isInstanceOf(CorruptPackException.class);
                }
            }
            PackId pack = store.packs().iterator().next();
            assertThatThrownBy(() -> store.readFrame(new FrameId(pack, 10_000)))
                    .isInstanceOf(CorruptPackException.class)
                    .hasMessageContaining("frame 10000 expected");
        }
    }
}
