package mirage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What every {@link BlobStore} promises. */
public abstract class BlobStoreContract {
    protected static final BlobName PACK_1 = new BlobName(BlobKind.PACK, "00".repeat(32));
    protected static final BlobName PACK_2 = new BlobName(BlobKind.PACK, "00ff".repeat(16));
    protected static final BlobName MANIFEST_1 = new BlobName(BlobKind.MANIFEST, "00".repeat(32));
    protected static final BlobName SHORT_ID = new BlobName(BlobKind.PACK, "a5".repeat(16));

    private BlobStore store;

    /** An empty store. */
    protected abstract BlobStore newStore() throws IOException;

    @BeforeEach
    final void openStore() throws IOException {
        store = newStore();
    }

    @AfterEach
    final void closeStore() throws IOException {
        store.close();
    }

    @Test
    final void givesBackWhatWasCreated() throws IOException {
        for (int length : new int[] {0, 1, 4096, 1_000_003}) {
            BlobName name = new BlobName(BlobKind.PACK, "%064x".formatted(length));
            byte[] content = bytes(length);
            store.create(name, ByteSources.of(content));
            assertThat(contentOf(name)).isEqualTo(content);
        }
    }

    @Test
    final void readsByPosition() throws IOException {
        byte[] content = bytes(1000);
        store.create(PACK_1, ByteSources.of(content));
        try (ByteSource blob = store.open(PACK_1)) {
            ByteBuffer target = ByteBuffer.allocate(20);
            assertThat(blob.readAt(990, target)).isEqualTo(10);
            assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, 990, 10));
            assertThat(blob.readAt(1000, ByteBuffer.allocate(1))).isZero();
            assertThat(blob.readAt(5000, ByteBuffer.allocate(1))).isZero();
        }
    }

    @Test
    final void createsANameOnce() throws IOException {
        byte[] content = bytes(10);
        store.create(PACK_1, ByteSources.of(content));
        for (byte[] again : List.of(content, bytes(11))) {
            assertThatThrownBy(() -> store.create(PACK_1, ByteSources.of(again)))
                    .isInstanceOf(BlobExistsException.class)
                    .hasMessageContaining(PACK_1.toString());
        }
        assertThat(contentOf(PACK_1)).isEqualTo(content);
    }

    @Test
    final void aFailedCreateLeavesNoBlob() throws IOException {
        for (long failAt : new long[] {0, 4096, 300_000}) {
            assertThatThrownBy(() -> store.create(PACK_1, failing(failAt)))
                    .isInstanceOf(InjectedFault.class);
            assertThat(store.list(BlobKind.PACK)).isEmpty();
            assertThatThrownBy(() -> store.open(PACK_1)).isInstanceOf(MissingBlobException.class);
        }
        store.create(PACK_1, ByteSources.of(bytes(5)));
        assertThat(contentOf(PACK_1)).isEqualTo(bytes(5));
    }

    @Test
    final void aMissingBlobSaysSo() {
        assertThatThrownBy(() -> store.open(PACK_1))
                .isInstanceOf(MissingBlobException.class)
                .hasMessageContaining(PACK_1.toString());
    }

    @Test
    final void deletes() throws IOException {
        store.create(PACK_1, ByteSources.of(bytes(10)));
        store.create(PACK_2, ByteSources.of(bytes(20)));
        store.delete(PACK_1);
        store.delete(PACK_1);
        assertThat(store.list(BlobKind.PACK)).containsExactly(PACK_2);
        assertThatThrownBy(() -> store.open(PACK_1)).isInstanceOf(MissingBlobException.class);
        store.create(PACK_1, ByteSources.of(bytes(30)));
        assertThat(contentOf(PACK_1)).isEqualTo(bytes(30));
    }

    @Test
    final void whatIsOpenReadsRightOrFailsWhenItIsDeleted() throws IOException {
        byte[] content = bytes(100_000);
        store.create(PACK_1, ByteSources.of(content));
        try (ByteSource blob = store.open(PACK_1)) {
            store.delete(PACK_1);
            ByteBuffer read = ByteBuffer.allocate(content.length);
            try {
                blob.readFully(0, read);
            } catch (IOException allowed) {
                return;
            }
            assertThat(read.array()).isEqualTo(content);
        }
    }

    @Test
    final void listsEachKindApart() throws IOException {
        assertThat(store.list(BlobKind.PACK)).isEmpty();
        for (BlobName name : List.of(PACK_1, PACK_2, SHORT_ID, MANIFEST_1)) {
            store.create(name, ByteSources.of(bytes(1)));
        }
        assertThat(store.list(BlobKind.PACK)).containsExactlyInAnyOrder(PACK_1, PACK_2, SHORT_ID);
        assertThat(store.list(BlobKind.MANIFEST)).containsExactly(MANIFEST_1);
        store.delete(PACK_1);
        assertThat(contentOf(MANIFEST_1)).isEqualTo(bytes(1));
    }

    @Test
    final void ofManyWhoCreateANameOneWins() throws Exception {
        int writers = 8;
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            for (int i = 0; i < writers; i++) {
                byte[] content = bytes(50_000 + i);
                results.add(threads.submit(created(content)));
            }
        }
        int winners = 0;
        for (int i = 0; i < writers; i++) {
            if (results.get(i).get()) {
                winners++;
                assertThat(contentOf(PACK_1)).isEqualTo(bytes(50_000 + i));
            }
        }
        assertThat(winners).isEqualTo(1);
    }

    @Test
    final void aClosedStoreRefuses() throws IOException {
        store.close();
        for (Callable<?> use :
                List.<Callable<?>>of(
                        () -> store.open(PACK_1),
                        () -> store.list(BlobKind.PACK),
                        created(bytes(1)),
                        () -> {
                            store.delete(PACK_1);
                            return true;
                        })) {
            assertThatThrownBy(use::call)
                    .isInstanceOfAny(IOException.class, IllegalStateException.class);
        }
    }

    private Callable<Boolean> created(byte[] content) {
        return () -> {
            try {
                store.create(PACK_1, ByteSources.of(content));
                return true;
            } catch (BlobExistsException e) {
                return false;
            }
        };
    }

    private byte[] contentOf(BlobName name) throws IOException {
        try (ByteSource blob = store.open(name)) {
            byte[] content = new byte[(int) blob.length()];
            blob.readFully(0, ByteBuffer.wrap(content));
            return content;
        }
    }

    protected static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Half a megabyte, of which reading fails at an offset. */
    private static ByteSource failing(long offset) {
        return new ByteSource() {
            @Override
            public long length() {
                return 500_000;
            }

            @Override
            public int readAt(long position, ByteBuffer target) throws IOException {
                if (position + target.remaining() > offset) {
                    throw new InjectedFault("content fails at " + offset);
                }
                int count = target.remaining();
                ByteSources.putZeros(target, count);
                return count;
            }
        };
    }
}
