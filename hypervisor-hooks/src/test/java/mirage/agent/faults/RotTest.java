package mirage.agent.faults;

import static mirage.agent.faults.LockHeldTest.await;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.ServiceFault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Bases that rot, and services that cannot help at once. The agent begins to verify five seconds after its start. */
@Execution(ExecutionMode.CONCURRENT)
final class RotTest {
    private static final int USED = 500_000;

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
    void aBaseThatCannotBeReplacedNowIsReplacedLater() throws Exception {
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            HostFaults.flip(host.disk.baseOf(Corpus.CHILD), USED);
            host.wire.die();
            host.agent.set("verify.rate=1 GB");
            await(() -> stateOf(host, Corpus.CHILD).equals("doubted"));
            assertThat(damaged(host)).isEqualTo(1);
            host.agent.stop();
            host.wire.live();
            host.agent.start();
            await(() -> isRight(host, Corpus.CHILD));
            assertThat(damaged(host)).isEqualTo(1);
        }
    }

    @Test
    void aBaseThatDidNotServeIsTriedAgainWhenItIsAsItWas() throws Exception {
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            // Known, as the agent seeded it.
            Files.delete(host.base());
            assertThat(host.bring(Corpus.BASE)).isEmpty();
            HostFaults.flip(host.base(), USED);
            assertThat(Tier.RAW.bring(Corpus.CHILD, host, host.disk)).isEmpty();
            assertThat(stateOf(host, Corpus.BASE)).isEqualTo("doubted");
            HostFaults.flip(host.base(), USED);
            host.agent.set("verify.rate=1 GB");
            await(() -> stateOf(host, Corpus.BASE).equals("known"));
            assertThat(Tier.RAW.bring(Corpus.SIBLINGS.getFirst(), host, host.disk)).isEmpty();
            assertThat(host.agent.metrics()).contains("outcome=\"made\"");
        }
    }

    @Test
    void aBaseThatCannotBeReplacedKeepsNobodyFromTheOthers() throws Exception {
        String other = Corpus.SIBLINGS.getFirst();
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            assertThat(host.bring(other)).isEmpty();
            HostFaults.flip(host.disk.baseOf(Corpus.CHILD), USED);
            HostFaults.flip(host.disk.baseOf(other), USED);
            // As a private image, of which the agent's account may know nothing.
            host.service.fault = refusing(Corpus.CHILD);
            host.agent.set("verify.rate=1 GB");
            await(() -> isRight(host, other));
            assertThat(stateOf(host, Corpus.CHILD)).isEqualTo("doubted");
            assertThat(damaged(host)).isEqualTo(2);
        }
    }

    @Test
    void aBaseThatIsCutShortIsReplaced() throws Exception {
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            HostFaults.shorten(host.disk.baseOf(Corpus.CHILD), USED);
            // Others that are made look at what is there.
            assertThat(host.bring(Corpus.SIBLINGS.getFirst())).isEmpty();
            assertThat(stateOf(host, Corpus.CHILD)).isEqualTo("doubted");
            host.agent.set("verify.rate=1 GB");
            await(() -> isRight(host, Corpus.CHILD));
            await(() -> stateOf(host, Corpus.CHILD).equals("known"));
        }
    }

    @Test
    void aBaseThatNovaFetchedIsReadWhenTheServiceTellsWhatItHas() throws Exception {
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            assertThat(stateOf(host, Corpus.BASE)).isEqualTo("seen");
            HostFaults.flip(host.base(), USED);
            host.agent.set("verify.rate=1 GB");
            await(() -> isRight(host, Corpus.BASE));
            await(() -> stateOf(host, Corpus.BASE).equals("known"));
        }
    }

    @Test
    void whatWasReadIsNotReadAgainForAWhile() throws Exception {
        String later = Corpus.SIBLINGS.getFirst();
        long all = Corpus.disk(Corpus.BASE).length + Corpus.disk(Corpus.CHILD).length;
        try (Host host = new Host(corpus, Tier.SEEDING, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            host.agent.set("verify.rate=1 GB");
            await(() -> verified(host) == all);
            host.agent.set("verify.rate=0");
            assertThat(host.bring(later)).isEmpty();
            host.agent.set("verify.rate=1 GB");
            // What was not read yet comes last.
            await(() -> verified(host) > 0);
            await(() -> verified(host) == Corpus.disk(later).length);
            host.agent.set("verify.interval=1s");
            await(() -> verified(host) == all + Corpus.disk(later).length);
        }
    }

    private static ServiceFault refusing(String image) {
        return new ServiceFault() {
            @Override
            public Manner manner(String target) {
                return target.contains(image) ? Manner.refusing(404) : Manner.GOOD;
            }
        };
    }

    private static long verified(Host host) {
        return status(host).path("verified_bytes").asLong();
    }

    private static boolean isRight(Host host, String image) {
        try {
            return Arrays.equals(Files.readAllBytes(host.disk.baseOf(image)), Corpus.disk(image));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int damaged(Host host) {
        return status(host).path("damaged_files").asInt();
    }

    private static String stateOf(Host host, String image) {
        for (JsonNode held : status(host).path("held")) {
            if (held.path("image").asText().equals(image)
                    && held.path("place").asText().equals("nova")) {
                return held.path("state").asText();
            }
        }
        return "";
    }

    private static JsonNode status(Host host) {
        try {
            return host.agent.json("/agent/status");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
