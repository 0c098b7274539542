package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Fifty clients at once, see {@link Churn}: no state and no answer that may not be, every active image bit-exact, and
 * nothing left over of all the others. {@code -Dmirage.churn=SECONDS} for each mode, 30 unless said;
 * {@code -Dmirage.churn.endpoint=URL -Dmirage.churn.token=TOKEN} churns there instead.
 */
final class ConcurrencyIT {
    static final Duration TIME = Duration.ofSeconds(Long.getLong("mirage.churn", 30));
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @EnumSource(Acknowledge.class)
    void fiftyClientsLeaveWhatTheyWereTold(Acknowledge acknowledge) throws Exception {
        long seed = Seed.random("ConcurrencyIT " + acknowledge).nextLong();
        Path data = folder.resolve("data");
        Churn churn;
        int held;
        try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
            churn = new Churn(List.of(server.address()), server.token());
            churn.run(TIME, seed);
            churn.requireLegalEnds(PATIENCE);
            held = churn.held();
            assertThat(server.faults()).isEmpty();
            assertThat(held).isGreaterThan(0);
        }
        assertThat(listed(data)).isEqualTo(held);
        Launcher.run("verify", "--data", data.toString()).orFail();
        try (RunningMirage server = RunningMirage.start(data, acknowledge)) {
            Churn again = churn.at(List.of(server.address()));
            again.requireLegalEnds(PATIENCE);
            again.deleteAll();
            assertThat(server.faults()).isEmpty();
        }
        assertThat(listed(data)).as("images of the library").isZero();
        assertThat(spools(data)).as("spools").isEmpty();
        Launcher.run("verify", "--data", data.toString()).orFail();
    }

    @Test
    @EnabledIfSystemProperty(
            named = "mirage.churn.endpoint",
            matches = ".+",
            disabledReason = "only where another endpoint was given")
    void anotherEndpointBearsItToo() throws Exception {
        String endpoint = System.getProperty("mirage.churn.endpoint", "");
        long seed = Seed.random("ConcurrencyIT " + endpoint).nextLong();
        Churn churn =
                new Churn(
                        List.of(URI.create(endpoint)),
                        System.getProperty("mirage.churn.token", ""));
        churn.run(TIME, seed);
        churn.requireLegalEnds(PATIENCE);
        churn.deleteAll();
    }

    /** How many images the library of a folder holds, whatever the records say. */
    static long listed(Path data) throws Exception {
        String table = Launcher.run("ls", "--data", data.toString()).orFail().text();
        return table.lines().filter(line -> line.matches("[0-9a-f]{8}-.*")).count();
    }

    static List<Path> spools(Path data) throws Exception {
        try (Stream<Path> files = Files.list(data.resolve("spool"))) {
            return files.toList();
        }
    }
}
