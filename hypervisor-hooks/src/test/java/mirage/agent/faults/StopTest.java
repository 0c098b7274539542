package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An agent that is stopped while it works. {@code -Dmirage.seed=N} repeats a run. */
@Execution(ExecutionMode.CONCURRENT)
final class StopTest {
    private static final int TIMES = 12;
    private static final int LONGEST_MILLIS = 120;
    private static final int PATIENCE_SECONDS = 3;

    @TempDir private static Path shared;
    private static Corpus corpus;

    @TempDir private Path directory;

    @BeforeAll
    static void start() throws Exception {
        corpus = new Corpus(shared);
    }

    @AfterAll
    static void stop() throws IOException {
        corpus.close();
    }

    /** Connections that were just coming stay open until the process ends, which here it does not. */
    private static void requireImageOrError(Future<String> boot) throws Exception {
        try {
            boot.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException unheard) {
            boot.cancel(true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasUnderWayIsGivenUpAndNothingElse(Tier tier) throws Exception {
        long seed = Long.getLong("mirage.seed", System.nanoTime());
        System.out.println("StopTest " + tier + ": -Dmirage.seed=" + seed);
        Random random = new Random(seed);
        try (Host host = new Host(corpus, tier, directory);
                ExecutorService nova = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int time = 0; time < TIMES; time++) {
                Future<String> boot = nova.submit(() -> host.bring(Corpus.CHILD));
                Thread.sleep(random.nextInt(LONGEST_MILLIS));
                host.agent.stop();
                requireImageOrError(boot);
                host.disk.requireRightBases();
                host.disk.requireNoLockHeld();
                host.agent.start();
                host.requireSound();
                // The base was good all the time.
                assertThat(host.bring(Corpus.CHILD)).isEmpty();
                assertThat(host.agent.metrics()).doesNotContain("fallbacks_total{");
                host.disk.forget(Corpus.CHILD);
            }
        }
    }
}
