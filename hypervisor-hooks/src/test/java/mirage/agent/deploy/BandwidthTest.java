package mirage.agent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class BandwidthTest {
    private static final int RATE = 1_000_000;
    private static final int PIECE = 50_000;

    private static Duration timeOf(Bandwidth bandwidth, int pieces) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < pieces; i++) {
            bandwidth.take(PIECE);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void goesNoFasterThanItMay() throws IOException {
        assertThat(timeOf(new Bandwidth(RATE), 11)).isGreaterThan(Duration.ofMillis(490));
    }

    @Test
    void allTogetherGoNoFasterThanTheyMay() throws Exception {
        Bandwidth bandwidth = new Bandwidth(RATE);
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Duration>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> timeOf(bandwidth, 4)));
            }
            for (Future<Duration> one : all) {
                one.get();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(740));
    }

    @Test
    void restIsNotSavedUp() throws Exception {
        Bandwidth bandwidth = new Bandwidth(RATE);
        bandwidth.take(PIECE);
        Thread.sleep(300);
        assertThat(timeOf(bandwidth, 5)).isGreaterThan(Duration.ofMillis(190));
    }

    @Test
    void withoutALimitItDoesNotWait() throws IOException {
        Bandwidth unlimited = new Bandwidth(0);
        Thread.currentThread().interrupt();
        for (int i = 0; i < 1000; i++) {
            unlimited.take(PIECE); // would not wait with that
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whoIsStoppedDoesNotWaitOn() throws Exception {
        Bandwidth bandwidth = new Bandwidth(1);
        bandwidth.take(PIECE);
        Thread.currentThread().interrupt();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> bandwidth.take(1))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
