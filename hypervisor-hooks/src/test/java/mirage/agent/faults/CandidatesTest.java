package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.ServiceFault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Bases that the service names without having made their deltas. */
final class CandidatesTest {
    private static final String ESTIMATE =
            "{\"base\":\"%s\",\"base_view\":\"disk\",\"bytes\":1,\"ready\":false}";

    @TempDir private static Path shared;
    private static Corpus corpus;

    @TempDir private Path directory;

    @BeforeAll
    static void start() throws Exception {
        corpus = new Corpus(shared);
    }

    @AfterAll
    static void stop() throws Exception {
        corpus.close();
    }

    @ParameterizedTest
    @EnumSource
    void anEstimateIsGoodEnoughToAskForADelta(Tier tier) throws Exception {
        try (Host host = new Host(corpus, tier, directory)) {
            host.service.ready = false;
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            requireMade(host);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereADeltaIsGreaterThanWorthwhileTheNextBaseIsTried(Tier tier) throws Exception {
        try (Host host = new Host(corpus, tier, directory)) {
            host.agent.set("agent.worthwhile=0.05");
            host.disk.putBase(Corpus.OTHER_BASE);
            host.service.fault =
                    new ServiceFault() {
                        @Override
                        public byte[] content(String target, byte[] honest) {
                            return target.contains("/deltas?")
                                    ? named(Corpus.OTHER_BASE, Corpus.BASE)
                                    : honest;
                        }
                    };
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            requireMade(host);
            assertThat(host.service.asked)
                    .anyMatch(asked -> asked.endsWith("/delta?" + query(tier, Corpus.OTHER_BASE)));
        }
    }

    private static String query(Tier tier, String base) {
        return "view=" + (tier == Tier.ORIGINAL ? "container" : "disk") + "&base=" + base;
    }

    private static byte[] named(String first, String second) {
        return ("{\"deltas\":["
                        + ESTIMATE.formatted(first)
                        + ","
                        + ESTIMATE.formatted(second)
                        + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void requireMade(Host host) throws IOException {
        assertThat(host.agent.metrics())
                .contains("mirage_agent_builds_total{outcome=\"made\"} 1.0");
    }
}
