package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.FakeFacade;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes that fail in the middle of a file, as on a full disk: the kernel lets the agent's files have only so many bytes
 * (RLIMIT_FSIZE, by prlimit of util-linux), which needs no rights and no mount.
 */
@Execution(ExecutionMode.CONCURRENT)
final class WriteFailuresIT {
    /** Nothing at all; less than an inventory; in a delta; in an image, near its start and its end. */
    private static final int[] LIMITS = {0, 500, 9_000, 100_000, 1_300_000};

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

    @ParameterizedTest
    @EnumSource
    void aWriteThatFailsCostsAnImageAtTheMost(Tier tier) throws Exception {
        try (FakeFacade service = corpus.service.twin();
                ProcessHost host = new ProcessHost(directory, service)) {
            host.disk.putBase(Corpus.BASE);
            host.set(tier.options().toArray(String[]::new));
            AgentProcess agent = host.start();
            for (int limit : LIMITS) {
                limit(agent, String.valueOf(limit));
                String error = tier.bring(Corpus.CHILD, agent, host.disk);
                if (tier == Tier.SEEDING) {
                    assertThat(error).as("%d bytes", limit).isNotEmpty();
                } else {
                    assertThat(error).as("%d bytes", limit).isEmpty();
                }
                host.disk.requireRightBases();
                host.disk.requireNoLockHeld();
                assertThat(Disk.list(host.disk.state().resolve("work"))).isEmpty();

                limit(agent, "unlimited");
                assertThat(tier.bring(Corpus.SIBLINGS.getFirst(), agent, host.disk)).isEmpty();
                agent.stop();
                agent = host.start();
                host.disk.requireSound(agent.status());
                assertThat(tier.bring(Corpus.CHILD, agent, host.disk)).isEmpty();
                host.disk.forget(Corpus.CHILD);
                host.disk.forget(Corpus.SIBLINGS.getFirst());
            }
        }
    }

    /** There is something to note at the start, for what was here went meanwhile. */
    @ParameterizedTest
    @EnumSource
    void anAgentStartsWhereNothingCanBeWritten(Tier tier) throws Exception {
        try (FakeFacade service = corpus.service.twin();
                ProcessHost host = new ProcessHost(directory, service)) {
            host.disk.putBase(Corpus.BASE);
            host.set(tier.options().toArray(String[]::new));
            AgentProcess before = host.start();
            assertThat(tier.bring(Corpus.CHILD, before, host.disk)).isEmpty();
            before.stop();
            host.disk.forget(Corpus.CHILD);

            AgentProcess agent = host.start("prlimit", "--fsize=0:unlimited");
            String error = tier.bring(Corpus.CHILD, agent, host.disk);
            if (tier == Tier.SEEDING) {
                assertThat(error).as("it takes no orders").isNotEmpty();
            } else {
                assertThat(error).as("it is passed through").isEmpty();
            }
            assertThat(agent.status().path("building").asInt(-1)).isZero();

            limit(agent, "unlimited");
            LockHeldTest.await(
                    () -> tier.bring(Corpus.SIBLINGS.getFirst(), agent, host.disk).isEmpty());
            agent.stop();
            host.disk.requireSound(host.start().status());
        }
    }

    /** A soft one, which can be lifted again. */
    private static void limit(AgentProcess agent, String bytes) throws Exception {
        Process prlimit =
                new ProcessBuilder(
                                "prlimit",
                                "--pid",
                                String.valueOf(agent.pid()),
                                "--fsize=" + bytes + ":unlimited")
                        .inheritIO()
                        .start();
        assertThat(prlimit.waitFor()).as("prlimit of util-linux").isZero();
    }
}
