package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A Nova that keeps a lock for long. */
@Execution(ExecutionMode.CONCURRENT)
final class LockHeldTest {
    private static final String HOLD =
            """
            import fcntl, os, sys
            os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
            with open(sys.argv[1], 'a') as f:
                fcntl.lockf(f, fcntl.LOCK_EX)
                print('locked', flush=True)
                sys.stdin.readline()
            """;

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

    @Test
    void seedingGivesUp() throws Exception {
        try (Host host = new Host(corpus, Tier.RAW, directory)) {
            host.agent.set("nova.lock_wait=1s");
            Process nova = hold(host, Corpus.CHILD);
            try {
                assertThat(pull(host, Corpus.CHILD)).isEqualTo("failed: Nova is fetching it");
                assertThat(host.disk.baseOf(Corpus.CHILD)).doesNotExist();
            } finally {
                nova.destroyForcibly().waitFor();
            }
            assertThat(pull(host, Corpus.CHILD)).isEqualTo("ready");
            host.agent.restart();
            host.requireSound();
        }
    }

    @Test
    void requestsDoNotWaitForWhatSeedingWaitsFor() throws Exception {
        try (Host host = new Host(corpus, Tier.RAW, directory)) {
            host.agent.set("nova.lock_wait=1h");
            Process nova = hold(host, Corpus.CHILD);
            CompletableFuture<String> pull;
            try {
                pull = CompletableFuture.supplyAsync(() -> pull(host, Corpus.CHILD));
                assertThat(host.bring(Corpus.CHILD)).isEmpty();
                assertThat(host.bring(Corpus.SIBLINGS.get(0))).isEmpty();
                assertThat(pull(host, Corpus.SIBLINGS.get(1))).isEqualTo("ready");
                assertThat(pull).isNotDone();
                assertThat(host.disk.baseOf(Corpus.CHILD)).doesNotExist();
            } finally {
                nova.destroyForcibly().waitFor();
            }
            assertThat(pull.get()).isEqualTo("ready");
            assertThat(host.disk.baseOf(Corpus.CHILD)).exists();
            host.agent.restart();
            host.requireSound();
        }
    }

    @Test
    void whatIsRevokedGoesWhenNovaLetsGo() throws Exception {
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            host.agent.set("agent.poll_interval=1s");
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            Process nova = hold(host, Corpus.CHILD);
            try {
                host.service.revoked.add(Corpus.CHILD);
                Thread.sleep(Duration.ofSeconds(3));
                assertThat(host.service.confirmed).isEmpty();
                assertThat(host.disk.baseOf(Corpus.CHILD)).exists();
            } finally {
                nova.destroyForcibly().waitFor();
            }
            await(() -> host.service.confirmed.contains(Corpus.CHILD));
            assertThat(host.disk.baseOf(Corpus.CHILD)).doesNotExist();
            assertThat(host.disk.shelf()).isEmpty();
            host.agent.restart();
            host.requireSound();
        }
    }

    private static String pull(Host host, String image) {
        try {
            return host.pull(image);
        } catch (IOException failure) {
            return failure.toString();
        }
    }

    private static Process hold(Host host, String image) throws IOException {
        Path lock = host.disk.locks().resolve("nova-" + Disk.nameOf(image));
        Files.createDirectories(host.disk.locks());
        Process nova =
                new ProcessBuilder("/usr/bin/python3", "-c", HOLD, lock.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(nova.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("locked");
        return nova;
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("in time").isNegative();
            Thread.sleep(50);
        }
    }
}
