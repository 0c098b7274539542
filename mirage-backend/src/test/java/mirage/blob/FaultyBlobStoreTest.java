package mirage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

final class FaultyBlobStoreTest extends BlobStoreContract {
    @Override
    protected BlobStore newStore() {
        return FaultyBlobStore.intact(new MemoryBlobStore(), 1);
    }

    @Test
    void failsTheWriteAndAllAfterIt() throws IOException {
        int done = 0;
        for (long seed = 0; seed < 30; seed++) {
            FaultyBlobStore store = FaultyBlobStore.failingAfter(new MemoryBlobStore(), 1, seed);
            store.create(PACK_1, ByteSources.of(bytes(9)));
            assertThat(store.hasFailed()).isFalse();
            assertThatThrownBy(() -> store.create(PACK_2, ByteSources.of(bytes(9))))
                    .isInstanceOf(InjectedFault.class);
            assertThatThrownBy(() -> store.delete(PACK_1)).isInstanceOf(InjectedFault.class);
            assertThat(store.hasFailed()).isTrue();
            assertThat(store.healed().list(BlobKind.PACK)).contains(PACK_1);
            done += store.healed().list(BlobKind.PACK).size() - 1;
        }
        assertThat(done).as("writes of which only the answer was lost").isBetween(1, 29);
    }

    @Test
    void breaksReadsWhenTold() throws IOException {
        FaultyBlobStore store = FaultyBlobStore.intact(new MemoryBlobStore(), 1);
        byte[] content = bytes(100);
        store.create(PACK_1, ByteSources.of(content));
        try (ByteSource blob = store.open(PACK_1)) {
            store.flipReads();
            assertThat(read(blob)).isNotEqualTo(content);
            store.failReads();
            assertThatThrownBy(() -> read(blob)).isInstanceOf(InjectedFault.class);
            store.readWell();
            assertThat(read(blob)).isEqualTo(content);
        }
    }

    private static byte[] read(ByteSource blob) throws IOException {
        byte[] read = new byte[(int) blob.length()];
        blob.readFully(0, ByteBuffer.wrap(read));
        return read;
    }
}
