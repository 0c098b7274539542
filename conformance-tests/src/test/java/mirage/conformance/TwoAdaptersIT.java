package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.glance.database.DatabaseServers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two adapters on one MariaDB and one data directory, asked in turns, as {@link ConcurrencyIT} asks one. In the middle
 * one of them is killed: its uploads end queued, its imports are taken over, and the other serves on.
 */
final class TwoAdaptersIT {
    /** A node counts as dead a minute after its last sign of life; then its work is taken over. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void oneIsKilledAndNothingIsLost() throws Exception {
        long seed = Seed.random("TwoAdaptersIT").nextLong();
        Path data = folder.resolve("data");
        try (DatabaseServers server = DatabaseServers.mariaDb()) {
            String connection = server.newConnection();
            Churn churn;
            int held;
            try (RunningMirage first = start(data, "first", connection);
                    RunningMirage second = start(data, "second", connection)) {
                churn = new Churn(List.of(first.address(), second.address()), first.token());
                churn.run(ConcurrencyIT.TIME, seed);
                churn.requireLegalEnds(PATIENCE);

                Thread killing = killIn(ConcurrencyIT.TIME.dividedBy(2), second, churn);
                churn.run(ConcurrencyIT.TIME, seed + 1);
                killing.join();
                assertThat(second.isAlive()).isFalse();
                churn.requireLegalEnds(PATIENCE);
                held = churn.held();
                awaitListed(data, held);
                assertThat(first.faults()).isEmpty();
            }
            assertThat(held).isGreaterThan(0);
            Launcher.run("verify", "--data", data.toString()).orFail();
            try (RunningMirage second = start(data, "second", connection)) {
                Churn again = churn.at(List.of(second.address()));
                again.requireLegalEnds(PATIENCE);
                again.deleteAll();
                assertThat(second.faults()).isEmpty();
            }
            assertThat(ConcurrencyIT.listed(data)).as("images of the library").isZero();
            assertThat(ConcurrencyIT.spools(data)).as("spools").isEmpty();
            Launcher.run("verify", "--data", data.toString()).orFail();
        }
    }

    private static Thread killIn(Duration time, RunningMirage server, Churn churn) {
        return Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(time);
                churn.ends(server.address());
                server.kill();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** What was deleted under an upload to the one that is killed goes when the other finds it dead. */
    private static void awaitListed(Path data, int count) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ConcurrencyIT.listed(data) != count && System.nanoTime() < deadline) {
            Thread.sleep(5000);
        }
        assertThat(ConcurrencyIT.listed(data)).as("images of the library").isEqualTo(count);
    }

    private RunningMirage start(Path data, String node, String connection)
            throws IOException, InterruptedException {
        Path settings = folder.resolve(node + ".conf");
        Files.writeString(
                settings,
                """
                [DEFAULT]
                node_name = %s
                node_directory = %s

                [database]
                connection = %s
                """
                        .formatted(node, folder.resolve(node), connection));
        return RunningMirage.start(data, "--config-file", settings.toString());
    }
}
