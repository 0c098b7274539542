package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.ServiceFault;
import mirage.library.View;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Wherever a connection breaks, what came is not fetched again, and who asked does not notice. */
@Execution(ExecutionMode.CONCURRENT)
final class CutsTest {
    private static final int CUTS = 30;

    /** Heads, descriptions and records. */
    private static final int SMALL_TALK = 6_000;

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
    void aDeltaGoesOnWhereItWasCut(Tier tier) throws Exception {
        View view = tier == Tier.ORIGINAL ? View.CONTAINER : View.DISK;
        int length = corpus.delta(Corpus.BASE, Corpus.CHILD, view).length;
        try (Host host = new Host(corpus, tier, directory)) {
            requireEveryCutIsMended(host, "/delta?", length, length);
            assertThat(host.agent.metrics()).doesNotContain("fallbacks_total{");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anImageGoesOnWhereItWasCut(Tier tier) throws Exception {
        int length = Corpus.container(Corpus.CHILD).length;
        try (Host host = new Host(corpus, tier, directory)) {
            Files.delete(host.base());
            requireEveryCutIsMended(host, "/file", length, length);
            assertThat(host.agent.metrics()).doesNotContain("outcome=\"made\"");
        }
    }

    private static void requireEveryCutIsMended(Host host, String what, int length, int most)
            throws IOException {
        for (int cut = 0; cut <= CUTS; cut++) {
            int at = (int) ((long) length * cut / CUTS);
            AtomicInteger cuts = new AtomicInteger();
            host.service.fault =
                    new ServiceFault() {
                        @Override
                        public Manner manner(String target) {
                            // The first byte is asked for before anything else; that is no cut.
                            boolean probe =
                                    what.equals("/file")
                                            && host.tier != Tier.SEEDING
                                            && cuts.get() == 0;
                            return target.contains(what) && cuts.getAndIncrement() < 2 && !probe
                                    ? Manner.cutAt(cuts.get() == 1 ? at : at / 2)
                                    : Manner.GOOD;
                        }
                    };
            long before = host.service.sent.get();
            host.disk.forget(Corpus.CHILD);
            assertThat(host.bring(Corpus.CHILD)).as("cut at %d of %d", at, length).isEmpty();
            assertThat(cuts.get()).as("answers").isGreaterThan(cut < CUTS ? 1 : 0);
            assertThat(host.service.sent.get() - before)
                    .as("bytes for what was cut at %d", at)
                    .isLessThan(most + SMALL_TALK);
        }
        host.mendService();
        host.agent.restart();
        host.requireSound();
    }
}
