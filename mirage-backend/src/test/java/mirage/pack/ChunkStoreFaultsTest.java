package mirage.pack;

import static mirage.pack.ChunkStores.SMALL;
import static mirage.pack.ChunkStores.assertHolds;
import static mirage.pack.ChunkStores.assertHoldsWhatItFinds;
import static mirage.pack.ChunkStores.open;
import static mirage.pack.ChunkStores.store;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Writes that fail, packs that are damaged or gone, and an index that is wrong. */
final class ChunkStoreFaultsTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();

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
        try (ChunkStore store = open(blobs)) {
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
        try (ChunkStore store = open(blobs)) {
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
}
