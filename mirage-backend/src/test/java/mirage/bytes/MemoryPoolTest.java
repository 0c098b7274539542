package mirage.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;

@Timeout(60)
final class MemoryPoolTest {
    private static final long SHARED = 1000;
    private static final long TURN = 5000;

    private final MemoryPool pool = new MemoryPool(SHARED, TURN);

    @Test
    void manyHaveOfTheSharedPartAtOnce() throws Exception {
        try (MemoryPool.Share one = pool.open();
                MemoryPool.Share two = pool.open();
                MemoryPool.Share three = pool.open()) {
            assertThat(one.take(400)).isTrue();
            assertThat(two.take(300)).isTrue();
            assertThat(three.take(300)).isTrue();
        }
    }

    @Test
    void oneMayHaveATurnsWorthAndNoMore() throws Exception {
        try (MemoryPool.Share one = pool.open()) {
            assertThat(one.take(TURN - 1)).isTrue();
            assertThat(one.take(2)).isFalse();
            assertThat(one.take(1)).isTrue();
            assertThat(one.take(1)).isFalse();
            one.giveBack(10);
            assertThat(one.take(10)).isTrue();
            assertThat(one.take(1)).isFalse();
        }
    }

    @Test
    void theSecondWaitsUntilTheFirstIsStored() throws Exception {
        try (MemoryPool.Share second = pool.open()) {
            assertThat(second.take(500)).isTrue();
            MemoryPool.Share first = pool.open();
            assertThat(first.take(TURN)).isTrue();
            Waiting waiting = Waiting.of(() -> assertThat(second.take(TURN - 500)).isTrue());
            waiting.awaitParked();
            assertThat(pool.waiting()).isEqualTo(1);
            first.close();
            waiting.ended.get();
            assertThat(pool.waiting()).isZero();
        }
    }

    @Test
    void whoseTurnItIsLeavesTheSharedPartToOthers() throws Exception {
        try (MemoryPool.Share first = pool.open();
                MemoryPool.Share second = pool.open()) {
            assertThat(first.take(SHARED)).isTrue();
            assertThat(first.take(1)).isTrue();
            assertThat(second.take(SHARED)).isTrue();
        }
    }

    @Test
    void everythingComesBackAtTheEnd() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (MemoryPool.Share share = pool.open()) {
                assertThat(share.take(600)).isTrue();
                assertThat(share.take(TURN - 600)).isTrue();
            }
        }
        MemoryPool.Share closedTwice = pool.open();
        assertThat(closedTwice.take(TURN)).isTrue();
        closedTwice.close();
        closedTwice.close();
        try (MemoryPool.Share turn = pool.open();
                MemoryPool.Share shared = pool.open()) {
            assertThat(turn.take(TURN)).isTrue();
            assertThat(shared.take(SHARED)).isTrue();
            // Were the turn there twice, this would not wait.
            Waiting waiting =
                    Waiting.of(() ->
                            assertThatThrownBy(() -> shared.take(1))
                                    .isInstanceOf(InterruptedIOException.class));
            waiting.awaitParked();
            waiting.thread.interrupt();
            waiting.ended.get();
        }
    }

    @Test
    void whatAPartTookComesBackWithItsEnd() throws Exception {
        try (MemoryPool.Share share = pool.open()) {
            assertThat(share.take(1000)).isTrue();
            for (int i = 0; i < 3; i++) {
                try (MemoryPool.Part _ = share.part()) {
                    assertThat(share.take(TURN - 1000)).isTrue();
                    assertThat(share.take(1)).isFalse();
                }
            }
        }
    }

    @Test
    void unlimitedNeverWaits() throws Exception {
        MemoryPool.Share share = MemoryPool.unlimited();
        for (int i = 0; i < 3; i++) {
            assertThat(share.take(Long.MAX_VALUE / 4)).isTrue();
        }
    }

    /** Work on a thread of its own. */
    private record Waiting(Thread thread, CompletableFuture<Void> ended) {
        interface Work {
            void run() throws Exception;
        }

        static Waiting of(Work work) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            Thread thread =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try {
                                    work.run();
                                    ended.complete(null);
                                } catch (Exception | AssertionError e) {
                                    ended.completeExceptionally(e);
                                }
                            });
            return new Waiting(thread, ended);
        }

        void awaitParked() throws InterruptedException {
            while (thread.getState() != Thread.State.WAITING) {
                assertThat(ended).isNotDone();
                Thread.sleep(1);
            }
        }
    }
}
