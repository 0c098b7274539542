package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.FakeFacade;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kills the agent (SIGKILL) while it makes, seeds, downloads, verifies and notes images, starts it again, and demands
 * that every base is right, that nothing is left of what was under way, and that the agent works. A Nova goes on beside
 * it, under its locks. More rounds with {@code -Dmirage.kills=N}; {@code -Dmirage.seed=N} repeats a run.
 */
@Execution(ExecutionMode.CONCURRENT)
final class KillTheAgentIT {
    private static final int ROUNDS = Integer.getInteger("mirage.kills", 40);
    private static final int HOSTS = 2;
    private static final int VERIFY_ROUNDS = Math.max(1, ROUNDS / 8);

    /** About what a fresh agent needs for the first image that it makes. */
    private static final int LONGEST_MILLIS = 800;

    /** The agent begins to verify five seconds after its start. */
    private static final int VERIFY_MILLIS = 5000;

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

    /** What the agent is about when it is killed. */
    private enum Work {
        /** A guest's disk is made and served. */
        RAW(Tier.RAW, true),
        /** A container is made and served. */
        ORIGINAL(Tier.ORIGINAL, true),
        /** A base is made. */
        SEEDING(Tier.SEEDING, true),
        /** A base is downloaded. */
        DOWNLOAD(Tier.SEEDING, false);

        private final Tier tier;
        private final boolean withBase;

        Work(Tier tier, boolean withBase) {
            this.tier = tier;
            this.withBase = withBase;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aKilledAgentLeavesWholeBasesOrNone(int number) throws Exception {
        Random random = random("aKilledAgentLeavesWholeBasesOrNone", number);
        try (FakeFacade service = corpus.service.twin();
                ProcessHost host = new ProcessHost(directory, service, "pull.interval=1h");
                NovaProcess nova =
                        NovaProcess.start(directory, host.disk, Corpus.SIBLINGS.subList(0, 2))) {
            int hit = 0;
            for (int round = 0; round < ROUNDS / HOSTS; round++) {
                Work work = Work.values()[round % Work.values().length];
                host.set("agent.present=" + (work.tier == Tier.ORIGINAL ? "original" : "raw"));
                AgentProcess agent = host.start();
                nova.agentIsAt(agent.address());
                host.disk.requireSound(agent.status());
                if (work.withBase) {
                    host.disk.putBase(Corpus.BASE);
                } else {
                    Files.deleteIfExists(host.disk.baseOf(Corpus.BASE));
                }
                AtomicBoolean going = new AtomicBoolean(true);
                Thread working =
                        Thread.startVirtualThread(() -> work(work.tier, host, agent, going));
                if (round / Work.values().length % 2 == 0) {
                    Thread.sleep(random.nextInt(LONGEST_MILLIS));
                } else {
                    awaitSomethingUnderWay(host.disk, working);
                }
                going.set(false);
                agent.kill();
                working.join();
                assertThat(host.wrong).isEmpty();
                host.disk.requireRightBases();
                hit += host.disk.isSomethingUnderWay() ? 1 : 0;
            }
            assertThat(hit).as("kills that came when something was half done").isPositive();
            AgentProcess last = host.start();
            nova.agentIsAt(last.address());
            host.disk.requireSound(last.status());
            assertThat(Tier.RAW.bring(Corpus.CHILD, last, host.disk)).isEmpty();
            assertThat(Tier.SEEDING.bring(Corpus.CHILD, last, host.disk)).isEmpty();
            nova.requireRightAndAlive();
            last.stop();
            host.disk.requireNoLockHeld();
            System.out.println(
                    "KillTheAgentIT: "
                            + hit
                            + " of "
                            + ROUNDS / HOSTS
                            + " kills hit something half done, Nova beside it "
                            + nova);
        }
    }

    /** However fast or slow the machine is, some of the kills come in the middle. */
    private static void awaitSomethingUnderWay(Disk disk, Thread working) throws Exception {
        while (working.isAlive() && !disk.isSomethingUnderWay()) {
            Thread.sleep(1);
        }
    }

    private static void work(Tier tier, ProcessHost host, AgentProcess agent, AtomicBoolean going) {
        try {
            // Sometimes one that Nova wants at the same time.
            for (String image :
                    List.of(Corpus.CHILD, Corpus.SIBLINGS.get(1), Corpus.SIBLINGS.get(2))) {
                if (!image.equals(Corpus.SIBLINGS.get(1))) {
                    host.disk.forget(image);
                }
                if (going.get()) {
                    tier.bring(image, agent, host.disk);
                }
            }
        } catch (IOException | AssertionError failure) {
            host.wrong.add(failure);
        }
    }

    @Test
    void anAgentThatIsKilledWhileItVerifiesLeavesTheBaseAsItWasOrMended() throws Exception {
        Random random = random("anAgentThatIsKilledWhileItVerifies…", 0);
        String image = Corpus.SIBLINGS.get(3);
        try (FakeFacade service = corpus.service.twin();
                ProcessHost host =
                        new ProcessHost(
                                directory, service, "verify.rate=1 GB", "verify.interval=1s")) {
            host.disk.putBase(Corpus.BASE);
            AgentProcess first = host.start();
            assertThat(Tier.SEEDING.bring(image, first, host.disk)).isEmpty();
            first.stop();
            int mended = 0;
            for (int round = 0; round < VERIFY_ROUNDS; round++) {
                HostFaults.flip(host.disk.baseOf(image), 500_000);
                byte[] damaged = Files.readAllBytes(host.disk.baseOf(image));
                AgentProcess agent = host.start();
                if (round < VERIFY_ROUNDS - 1) {
                    Thread.sleep(VERIFY_MILLIS + random.nextInt(2 * LONGEST_MILLIS));
                } else {
                    // This one is given the time that it takes.
                    LockHeldTest.await(() -> isRight(host, image));
                }
                agent.kill();
                byte[] found = Files.readAllBytes(host.disk.baseOf(image));
                assertThat(found).isIn(damaged, Corpus.disk(image));
                mended += Arrays.equals(found, damaged) ? 0 : 1;
                host.disk.putBase(image);
            }
            assertThat(mended).as("rounds in which the base was mended").isPositive();
            AgentProcess last = host.start();
            host.disk.requireSound(last.status());
            last.stop();
            System.out.println("KillTheAgentIT: mended before the kill in " + mended + " rounds");
        }
    }

    private static boolean isRight(ProcessHost host, String image) {
        try {
            return Arrays.equals(Files.readAllBytes(host.disk.baseOf(image)), Corpus.disk(image));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Random random(String test, int number) {
        long seed = Long.getLong("mirage.seed", System.nanoTime());
        System.out.println("KillTheAgentIT." + test + ": -Dmirage.seed=" + seed);
        return new Random(seed + number);
    }
}
