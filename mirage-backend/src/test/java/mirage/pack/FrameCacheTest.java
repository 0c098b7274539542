package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class FrameCacheTest {
    private static final PackId PACK = new PackId("00".repeat(32));

    private final List<Integer> loaded = new ArrayList<>();

    @Test
    void keepsWhatWasUsedLast() throws IOException {
        FrameCache cache = new FrameCache(30, this::load);
        get(cache, 1, 2, 3, 1, 4, 1, 3, 2);
        assertThat(loaded).containsExactly(1, 2, 3, 4, 2);
    }

    @Test
    void keepsNothingBeyondItsBytes() throws IOException {
        FrameCache cache = new FrameCache(9, this::load);
        get(cache, 1, 1, 1);
        assertThat(loaded).containsExactly(1, 1, 1);
    }

    @Test
    void manyWhoWantTheSameFrameReadItOnce() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        FrameCache cache =
                new FrameCache(
                        100,
                        id -> {
                            started.countDown();
                            await(go);
                            return load(id);
                        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ByteBuffer>> readers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                readers.add(threads.submit(() -> cache.get(new FrameId(PACK, 7))));
            }
            await(started);
            go.countDown();
            for (Future<ByteBuffer> reader : readers) {
                assertThat(reader.get()).isEqualTo(ByteBuffer.allocate(10));
            }
        }
        assertThat(loaded).containsExactly(7);
    }

    @Test
    void aFailureIsNotKeptAndNotShared() throws Exception {
        CountDownLatch firstStarted = new CountDownLatch(1);
        CountDownLatch secondWaits = new CountDownLatch(1);
        List<Thread> loaders = new ArrayList<>();
        FrameCache cache =
                new FrameCache(
                        100,
                        id -> {
                            loaders.add(Thread.currentThread());
                            if (loaders.size() == 1) {
                                firstStarted.countDown();
                                await(secondWaits);
                                throw new IOException("the first fails");
                            }
                            return load(id);
                        });
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<ByteBuffer> first = threads.submit(() -> cache.get(new FrameId(PACK, 1)));
            await(firstStarted);
            Thread[] second = new Thread[1];
            Future<ByteBuffer> other =
                    threads.submit(() -> {
                        second[0] = Thread.currentThread();
                        return cache.get(new FrameId(PACK, 1));
                    });
            while (second[0] == null || second[0].getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            secondWaits.countDown();
            assertThat(other.get()).isEqualTo(ByteBuffer.allocate(10));
            assertThatThrownBy(first::get).hasMessageContaining("the first fails");
        }
        get(cache, 1);
        assertThat(loaders).hasSizeBetween(2, 3);
    }

    private void get(FrameCache cache, int... frames) throws IOException {
        for (int frame : frames) {
            assertThat(cache.get(new FrameId(PACK, frame))).isEqualTo(ByteBuffer.allocate(10));
        }
    }

    private synchronized ByteBuffer load(FrameId id) {
        loaded.add(id.frame());
        return ByteBuffer.allocate(10).asReadOnlyBuffer();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
