package mirage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.FaultyBlobStore;
import mirage.blob.MissingBlobException;
import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSources;
import mirage.codec.CorruptBlobException;

import org.junit.jupiter.api.Test;

import java.io.IOException;

final class ManifestStoreTest {
    private final BlobStore blobs = new MemoryBlobStore();
    private final ManifestStore store = new ManifestStore(blobs);
    private final ImageManifest manifest = new RandomManifests(1).manifest();

    @Test
    void whatIsWrittenIsRead() throws IOException {
        ManifestId id = store.write(manifest);
        assertThat(store.read(id)).isEqualTo(manifest);
        assertThat(store.write(manifest)).isEqualTo(id);
        assertThat(store.list()).containsExactly(id);
        assertThat(store.storedBytes(id)).isPositive();
        store.delete(id);
        store.delete(id);
        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> store.read(id)).isInstanceOf(MissingBlobException.class);
    }

    @Test
    void aDamagedManifestIsRefusedAndWrittenAnew() throws IOException {
        ManifestId id = store.write(manifest);
        BlobName name = new BlobName(BlobKind.MANIFEST, id.toString());
        blobs.delete(name);
        blobs.create(name, ByteSources.of(new byte[500]));
        assertThatThrownBy(() -> store.read(id)).isInstanceOf(CorruptBlobException.class);
        assertThat(store.write(manifest)).isEqualTo(id);
        assertThat(store.read(id)).isEqualTo(manifest);
    }

    @Test
    void whatCannotBeReadBackIsNotWritten() {
        FaultyBlobStore faulty = FaultyBlobStore.intact(blobs, 1);
        faulty.flipReads();
        assertThatThrownBy(() -> new ManifestStore(faulty).write(manifest))
                .isInstanceOf(CorruptBlobException.class);
    }
}
