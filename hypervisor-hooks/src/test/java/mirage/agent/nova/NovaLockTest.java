package mirage.agent.nova;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The lock is Nova's: it keeps Nova out, and Nova keeps us out. */
final class NovaLockTest {
    private static final String NAME = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(20);

    /**
     * What Nova does: nova.utils.synchronized is oslo_concurrency's with the prefix nova-. With {@code
     * -Dmirage.test.oslo=none} the lock that it comes down to, fcntl.lockf, is taken without it.
     */
    private static final String OSLO =
            """
            import sys
            from oslo_concurrency import lockutils
            with lockutils.lock(sys.argv[2], lock_file_prefix='nova-', external=True, lock_path=sys.argv[1]):
                print('locked', flush=True)
                sys.stdin.readline()
            print('released', flush=True)
            """;

    private static final String LOCKF =
            """
            import fcntl, os, sys
            os.makedirs(sys.argv[1], exist_ok=True)
            with open(os.path.join(sys.argv[1], 'nova-' + sys.argv[2]), 'a') as f:
                fcntl.lockf(f, fcntl.LOCK_EX)
                print('locked', flush=True)
                sys.stdin.readline()
                fcntl.lockf(f, fcntl.LOCK_UN)
            print('released', flush=True)
            """;

    @TempDir private Path directory;

    private Path locks() {
        return directory.resolve("locks");
    }

    private NovaLocks locksWith(Duration patience) {
        return new NovaLocks(locks(), Owner.same(), patience);
    }

    private NovaLock take() throws IOException {
        return requireNonNull(locksWith(SHORT).acquire(NAME));
    }

    @Test
    void oneAtATimeInThisProcess() throws IOException {
        try (NovaLock _ = take()) {
            assertThat(locksWith(SHORT).acquire(NAME)).isNull();
            try (NovaLock other = locksWith(SHORT).acquire(NAME.replace('d', 'e'))) {
                assertThat(other).isNotNull();
            }
        }
        take().close();
        assertThat(locks()).isDirectoryContaining("glob:**/nova-*");
        assertThat(requireNonNull(locks().toFile().list())).hasSize(2);
    }

    @Test
    void novaAndWeKeepEachOtherOut() throws Exception {
        try (Nova nova = new Nova()) {
            assertThat(nova.says()).isEqualTo("locked");
            assertThat(locksWith(SHORT).acquire(NAME)).isNull();
            nova.letGo();
            assertThat(nova.says()).isEqualTo("released");
            take().close();
        }
        NovaLock ours = take();
        try (Nova nova = new Nova()) {
            assertThat(nova.isSilentFor(Duration.ofSeconds(2))).isTrue();
            ours.close();
            assertThat(nova.says()).isEqualTo("locked");
            nova.letGo();
            assertThat(nova.says()).isEqualTo("released");
        }
    }

    @Test
    void theLockOfAProcessThatDiesIsFree() throws Exception {
        try (Nova nova = new Nova()) {
            assertThat(nova.says()).isEqualTo("locked");
            nova.process.destroyForcibly().waitFor();
            requireNonNull(locksWith(LONG).acquire(NAME)).close();
        }
    }

    @Test
    void aLockWhoseFileIsRemovedMeanwhileIsTakenAnew() throws IOException {
        NovaLock first = take();
        Path file = locks().resolve("nova-" + NAME);
        Files.delete(file); // as Nova does behind the lock
        first.close();
        try (NovaLock _ = take()) {
            assertThat(file).exists();
        }
    }

    /** A process that does as Nova does. */
    private final class Nova implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;

        Nova() throws IOException {
            boolean oslo = !"none".equals(System.getProperty("mirage.test.oslo"));
            process =
                    new ProcessBuilder(
                                    List.of(
                                            "/usr/bin/python3",
                                            "-c",
                                            oslo ? OSLO : LOCKF,
                                            locks().toString(),
                                            NAME))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            out = process.inputReader(StandardCharsets.UTF_8);
        }

        String says() throws IOException {
            String line = out.readLine();
            assertThat(line)
                    .as(
                            "python3 with python3-oslo.concurrency is needed (apt-get install"
                                    + " python3-oslo.concurrency), or -Dmirage.test.oslo=none")
                    .isNotNull();
            return line;
        }

        boolean isSilentFor(Duration time) throws IOException, InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                if (out.ready() || !process.isAlive()) {
                    return false;
                }
                Thread.sleep(20);
            }
            return true;
        }

        void letGo() throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).write("\n");
            process.outputWriter(StandardCharsets.UTF_8).flush();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
