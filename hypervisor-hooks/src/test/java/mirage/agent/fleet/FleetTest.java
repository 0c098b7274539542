package mirage.agent.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import mirage.agent.fleet.Fleet.Outcome;
import mirage.agent.fleet.Fleet.Plan;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

@Timeout(300)
class FleetTest {
    private static final int HOSTS = 200;
    private static final int IMAGE_BYTES = 4 << 20;
    private static final int CHANGED_BYTES = 40_000;
    private static final double ORIGIN_RATE = 10e6;

    @TempDir private Path directory;

    @Test
    void twoHundredHostsTakeTwoHundredDeltas() throws IOException {
        byte[] disk = new byte[IMAGE_BYTES];
        new Random(7).nextBytes(disk);
        Path base = Files.write(directory.resolve("base.raw"), disk);
        byte[] changed = new byte[CHANGED_BYTES];
        new Random(8).nextBytes(changed);
        System.arraycopy(changed, 0, disk, 1 << 20, CHANGED_BYTES);
        Path image = Files.write(directory.resolve("image.raw"), disk);
        Plan plan = new Plan(base, image, HOSTS, ORIGIN_RATE, 1e6, 0.001);
        List<Outcome> outcomes;
        try (Fleet fleet = Fleet.of(plan, directory)) {
            outcomes = fleet.run();
        }
        Outcome whole = outcomes.get(0);
        Outcome ready = outcomes.get(1);
        Outcome onDemand = outcomes.get(2);
        assertThat(outcomes).allSatisfy(one -> assertThat(one.seconds()).hasSize(HOSTS));
        assertThat(whole.originBytes()).isEqualTo((long) HOSTS * IMAGE_BYTES);
        assertThat(whole.makespan())
                .isGreaterThan(HOSTS * IMAGE_BYTES / ORIGIN_RATE)
                .isLessThan(HOSTS * IMAGE_BYTES / ORIGIN_RATE + 60);
        // A delta is what was changed, in whole blocks, and some words.
        assertThat(ready.originBytes())
                .isBetween((long) HOSTS * CHANGED_BYTES, HOSTS * (CHANGED_BYTES + 20_000L));
        assertThat(onDemand.originBytes()).isEqualTo(ready.originBytes());
        assertThat(onDemand.makespan()).isGreaterThanOrEqualTo(ready.makespan());
        assertThat(ready.median()).isCloseTo(ready.makespan(), within(1.0));
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(base, image);
        }
    }
}
