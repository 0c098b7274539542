package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.FaultyBlobStore;
import mirage.blob.InjectedFault;
import mirage.blob.MissingBlobException;
import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;

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
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class ChunkStoreTest {
    private static final PackSettings SMALL = new PackSettings(8 << 10, 64 << 10, 3, 32 << 10);

    private final MemoryBlobStore blobs = new MemoryBlobStore();

    @Test
    void givesBackWhatWasPut() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(1), 300, 20_000);
        try (ChunkStore store = open()) {
            store(store, chunks);
            assertHolds(store, chunks);
            StoreStatistics statistics = store.statistics();
            assertThat(statistics.chunks()).isEqualTo(300);
            assertThat(statistics.contentBytes())
                    .isEqualTo(chunks.values().stream().mapToLong(ByteBuffer::remaining).sum());
            assertThat(statistics.packs()).isEqualTo(blobs.list(BlobKind.PACK).size());
            assertThat(statistics.packBytes()).isEqualTo(blobBytes());
            assertThat(statistics.packBytes()).isLessThan(statistics.contentBytes() * 3 / 4);
        }
        assertVerified();
    }

    /** What was put last is there after the next start, with the index as it was, or without. */
    @Test
    void aLostIndexIsMadeAgainFromThePacks() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(2), 200, 20_000);
        List<ChunkPlace> before;
        StoreStatistics statistics;
        try (ChunkStore store = open()) {
            store(store, chunks);
            before = places(store, chunks.keySet());
            statistics = store.statistics();
        }
        try (ChunkStore store = open()) {
            assertThat(places(store, chunks.keySet())).isEqualTo(before);
            assertThat(store.statistics()).isEqualTo(statistics);
            assertHolds(store, chunks);
        }
    }

    @Test
    void putsAChunkOnce() throws IOException {
        ByteBuffer content = PackTables.content("chunk");
        ChunkId id = ChunkId.of(content);
        try (ChunkStore store = open()) {
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
        try (ChunkStore store = open();
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
        try (ChunkStore store = open()) {
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
        try (ChunkStore store = open();
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
        try (ChunkStore store = open();
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
        assertVerified();
    }

    @Test
    void refusesChunksThatCannotBe() throws IOException {
        try (ChunkStore store = open();
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
        try (ChunkStore store = open()) {
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
        try (ChunkStore store = open()) {
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
        try (ChunkStore store = open()) {
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

    /** Two writers put the same chunks: stored twice, found once, and neither depends on the other. */
    @Test
    void twoWritersAtOnce() throws Exception {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(9), 400, 4000);
        Map<ChunkId, ByteBuffer> others = Chunks.random(new Random(10), 400, 4000);
        Map<ChunkId, ByteBuffer> both = new HashMap<>(chunks);
        both.putAll(others);
        try (ChunkStore store = open()) {
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
        assertVerified();
        try (ChunkStore store = open()) {
            assertHolds(store, both);
        }
    }

    @Test
    void aWriterDoesNotRelyOnAnotherThatGivesUp() throws IOException {
        try (ChunkStore store = open()) {
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
            try (ChunkStore store = open()) {
                assertHolds(store, committed);
                for (int session = 0; session < 5; session++) {
                    committed.putAll(runSession(random, store, all, ids));
                    assertHolds(store, committed);
                }
            }
        }
        assertVerified();
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

    /** Fails the first write, then the second, and so on until all succeed; after each, starts again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aFaultAtAnyWriteLosesNothingThatWasCommitted(long seed) throws IOException {
        Map<ChunkId, ByteBuffer> first = Chunks.random(new Random(seed), 150, 4000);
        Map<ChunkId, ByteBuffer> second = Chunks.random(new Random(seed + 100), 150, 4000);
        int faults = 0;
        for (int writes = 0; ; writes++) {
            FaultyBlobStore faulty =
                    FaultyBlobStore.failingAfter(new MemoryBlobStore(), writes, seed + writes);
            boolean firstDone = false;
            boolean secondDone = false;
            try (ChunkStore store = open(faulty)) {
                store(store, first);
                firstDone = true;
                store(store, second);
                secondDone = true;
            } catch (InjectedFault expected) {
                faults++;
            }
            try (ChunkStore store = open(faulty.healed())) {
                assertThat(store.unreadablePacks()).isEmpty();
                if (firstDone) {
                    assertHolds(store, first);
                }
                assertHoldsWhatItFinds(store, first);
                assertHoldsWhatItFinds(store, second);
                store(store, first);
                store(store, second);
                assertHolds(store, first);
                assertHolds(store, second);
            }
            if (secondDone) {
                break;
            }
        }
        assertThat(faults).isGreaterThan(3);
    }

    @Test
    void aWriterThatFailedRefuses() throws IOException {
        FaultyBlobStore faulty = FaultyBlobStore.failingAfter(blobs, 0, 1);
        try (ChunkStore store = open(faulty);
                ChunkWriter writer = store.newWriter()) {
            writer.put(PackTables.id("a"), PackTables.content("a"));
            assertThatThrownBy(writer::commit).isInstanceOf(InjectedFault.class);
            assertThatIllegalStateException().isThrownBy(writer::commit);
            assertThatIllegalStateException()
                    .isThrownBy(() -> writer.put(PackTables.id("b"), PackTables.content("b")));
        }
    }

    @Test
    void neverGivesWrongBytes() throws IOException {
        Map<ChunkId, ByteBuffer> chunks = Chunks.random(new Random(11), 100, 4000);
        FaultyBlobStore faulty = FaultyBlobStore.intact(blobs, 1);
        PackSettings uncached = new PackSettings(8 << 10, 64 << 10, 3, 0);
        try (ChunkStore store = ChunkStore.open(faulty, new MemoryChunkIndex(), uncached)) {
            store(store, chunks);
            faulty.flipReads();
            for (ChunkId id : chunks.keySet()) {
                assertThatThrownBy(() -> store.read(id)).isInstanceOf(CorruptPackException.class);
            }
            faulty.failReads();
            for (ChunkId id : chunks.keySet()) {
                assertThatThrownBy(() -> store.read(id)).isInstanceOf(InjectedFault.class);
            }
            faulty.readWell();
            assertHolds(store, chunks);
        }
    }

    /** The index is believed for where to look, never for what is found there. */
    @Test
    void aWrongIndexGivesNoWrongBytes() throws IOException {
        PackBuilder.Built ab = PackTables.pack(1, List.of("a", "b"));
        blobs.create(ab.id().blobName(), ab.content());
        PackBuilder.Built ba = PackTables.pack(1, List.of("b", "a"));
        PackBuilder.Built longer = PackTables.pack(1, List.of("a long name"));
        for (PackBuilder.Built wrong : List.of(ba, longer)) {
            MemoryChunkIndex index = new MemoryChunkIndex();
            index.addPack(ab.id(), wrong.table());
            try (ChunkStore store = ChunkStore.open(blobs, index, SMALL)) {
                for (PackChunk chunk : wrong.table().chunks()) {
                    assertThatThrownBy(() -> store.read(chunk.id()))
                            .isInstanceOf(CorruptPackException.class)
                            .hasMessageContaining("chunk " + chunk.id() + " expected in frame 0");
                }
            }
        }
    }

    @Test
    void aDamagedPackDoesNotKeepTheOthersFromBeingRead() throws IOException {
        PackBuilder.Built good = PackTables.pack(1, List.of("a"));
        PackBuilder.Built cut = PackTables.pack(2, List.of("b"));
        blobs.create(good.id().blobName(), good.content());
        blobs.create(cut.id().blobName(), cut.content().slice(0, 50));
        blobs.create(new BlobName(BlobKind.PACK, "ab".repeat(16)), ByteSources.zeros(9));
        try (ChunkStore store = open()) {
            assertThat(store.unreadablePacks()).containsExactly(cut.id());
            assertThat(store.read(PackTables.id("a"))).isEqualTo(PackTables.content("a"));
            assertThat(store.find(PackTables.id("b"))).isNull();
        }
    }

    @Test
    void anUnreachableStoreDoesNotOpen() throws IOException {
        PackBuilder.Built good = PackTables.pack(1, List.of("a"));
        blobs.create(good.id().blobName(), good.content());
        FaultyBlobStore faulty = FaultyBlobStore.intact(blobs, 1);
        faulty.failReads();
        assertThatThrownBy(() -> open(faulty)).isInstanceOf(InjectedFault.class);
    }

    @Test
    void dropsPacksThatAreGone() throws IOException {
        PackBuilder.Built ab = PackTables.pack(1, List.of("a", "b"));
        PackBuilder.Built bc = PackTables.pack(2, List.of("b", "c"));
        MemoryChunkIndex index = new MemoryChunkIndex();
        index.addPack(ab.id(), ab.table());
        blobs.create(bc.id().blobName(), bc.content());
        try (ChunkStore store = ChunkStore.open(blobs, index, SMALL)) {
            assertThat(store.packs()).isEqualTo(Set.of(bc.id()));
            assertThat(store.find(PackTables.id("a"))).isNull();
            assertThat(store.read(PackTables.id("b"))).isEqualTo(PackTables.content("b"));
        }
    }

    /** While it is read, a chunk moves to another pack and its old pack goes. */
    @Test
    void followsAChunkThatMoves() throws IOException {
        PackBuilder.Built before = PackTables.pack(1, List.of("a", "b"));
        PackBuilder.Built after = PackTables.pack(2, List.of("a"));
        blobs.create(before.id().blobName(), before.content());
        MemoryChunkIndex index = new MemoryChunkIndex();
        try (ChunkStore store =
                ChunkStore.open(new MovingStore(index, before, after), index, SMALL)) {
            assertThat(store.read(PackTables.id("a"))).isEqualTo(PackTables.content("a"));
            assertThatThrownBy(() -> store.read(PackTables.id("b")))
                    .isInstanceOf(MissingChunkException.class);
        }
    }

    @Test
    void aPackThatVanishedIsAMissingChunk() throws IOException {
        PackBuilder.Built ab = PackTables.pack(1, List.of("a", "b"));
        blobs.create(ab.id().blobName(), ab.content());
        try (ChunkStore store = open()) {
            blobs.delete(ab.id().blobName());
            assertThatThrownBy(() -> store.read(PackTables.id("a")))
                    .isInstanceOf(MissingChunkException.class)
                    .hasCauseInstanceOf(MissingBlobException.class);
        }
    }

    /** Replaces a pack by another at the moment it is opened for a frame, after its table was indexed. */
    private final class MovingStore implements BlobStore {
        private final MemoryChunkIndex index;
        private final PackBuilder.Built before;
        private final PackBuilder.Built after;
        private int opened;

        MovingStore(MemoryChunkIndex index, PackBuilder.Built before, PackBuilder.Built after) {
            this.index = index;
            this.before = before;
            this.after = after;
        }

        @Override
        public mirage.bytes.ByteSource open(BlobName name) throws IOException {
            if (opened++ == 1) {
                blobs.create(after.id().blobName(), after.content());
                index.addPack(after.id(), after.table());
                index.removePacks(Set.of(before.id()));
                blobs.delete(before.id().blobName());
            }
            return blobs.open(name);
        }

        @Override
        public void create(BlobName name, mirage.bytes.ByteSource content) throws IOException {
            blobs.create(name, content);
        }

        @Override
        public void delete(BlobName name) throws IOException {
            blobs.delete(name);
        }

        @Override
        public List<BlobName> list(BlobKind kind) throws IOException {
            return blobs.list(kind);
        }

        @Override
        public void close() {
            blobs.close();
        }
    }

    private ChunkStore open() throws IOException {
        return open(blobs);
    }

    private static ChunkStore open(BlobStore blobs) throws IOException {
        return ChunkStore.open(blobs, new MemoryChunkIndex(), SMALL);
    }

    private static void store(ChunkStore store, Map<ChunkId, ByteBuffer> chunks)
            throws IOException {
        try (ChunkWriter writer = store.newWriter()) {
            Chunks.putAll(writer, chunks);
            writer.commit();
        }
    }

    private static void assertHolds(ChunkStore store, Map<ChunkId, ByteBuffer> chunks)
            throws IOException {
        for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
            assertThat(store.read(chunk.getKey())).isEqualTo(chunk.getValue());
        }
    }

    private static void assertHoldsWhatItFinds(ChunkStore store, Map<ChunkId, ByteBuffer> chunks)
            throws IOException {
        for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
            if (store.find(chunk.getKey()) != null) {
                assertThat(store.read(chunk.getKey())).isEqualTo(chunk.getValue());
            }
        }
    }

    private static ChunkPlace placeOf(ChunkStore store, ChunkId id) throws IOException {
        ChunkPlace place = store.find(id);
        if (place == null) {
            throw new AssertionError("chunk " + id + " has no place");
        }
        return place;
    }

    private static List<ChunkPlace> places(ChunkStore store, Iterable<ChunkId> ids)
            throws IOException {
        List<ChunkPlace> places = new ArrayList<>();
        for (ChunkId id : ids) {
            places.add(placeOf(store, id));
        }
        return places;
    }

    private long blobBytes() throws IOException {
        long bytes = 0;
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            bytes += blobs.open(name).length();
        }
        return bytes;
    }

    private void assertVerified() throws IOException {
        PackVerifier verifier = new PackVerifier(blobs);
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            assertThat(verifier.verify(new PackId(name.id()))).isEmpty();
        }
    }
}
