package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.chunk.ChunkId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What tests of the chunk store have in common. */
final class ChunkStores {
    static final PackSettings SMALL = new PackSettings(8 << 10, 64 << 10, 3, 32 << 10);

    private ChunkStores() {}

    static ChunkStore open(BlobStore blobs) throws IOException {
        return ChunkStore.open(blobs, new MemoryChunkIndex(), SMALL);
    }

    static void store(ChunkStore store, Map<ChunkId, ByteBuffer> chunks) throws IOException {
        try (ChunkWriter writer = store.newWriter()) {
            Chunks.putAll(writer, chunks);
            writer.commit();
        }
    }

    static void assertHolds(ChunkStore store, Map<ChunkId, ByteBuffer> chunks) throws IOException {
        for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
            assertThat(store.read(chunk.getKey())).isEqualTo(chunk.getValue());
        }
    }

    static void assertHoldsWhatItFinds(ChunkStore store, Map<ChunkId, ByteBuffer> chunks)
            throws IOException {
        for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks.entrySet()) {
            if (store.find(chunk.getKey()) != null) {
                assertThat(store.read(chunk.getKey())).isEqualTo(chunk.getValue());
            }
        }
    }

    static ChunkPlace placeOf(ChunkStore store, ChunkId id) throws IOException {
        ChunkPlace place = store.find(id);
        if (place == null) {
            throw new AssertionError("chunk " + id + " has no place");
        }
        return place;
    }

    static List<ChunkPlace> places(ChunkStore store, Iterable<ChunkId> ids) throws IOException {
        List<ChunkPlace> places = new ArrayList<>();
        for (ChunkId id : ids) {
            places.add(placeOf(store, id));
        }
        return places;
    }

    static long blobBytes(BlobStore blobs) throws IOException {
        long bytes = 0;
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            bytes += blobs.open(name).length();
        }
        return bytes;
    }

    static void assertVerified(BlobStore blobs) throws IOException {
        PackVerifier verifier = new PackVerifier(blobs);
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            assertThat(verifier.verify(new PackId(name.id()))).isEmpty();
        }
    }
}
