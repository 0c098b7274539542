package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Many who want images at the same moment. */
final class CrowdTest {
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

    static Stream<Arguments> crowds() {
        return Arrays.stream(Tier.values())
                .flatMap(tier ->
                        Stream.of(2, 20)
                                .flatMap(many ->
                                        Stream.of(
                                                arguments(tier, many, true),
                                                arguments(tier, many, false))));
    }

    @ParameterizedTest(name = "{0}, {1} at once, for the same image: {2}")
    @MethodSource("crowds")
    void eachImageIsMadeOnceAndAllGetTheirs(Tier tier, int many, boolean same) throws Exception {
        List<String> images = same ? List.of(Corpus.CHILD) : Corpus.children();
        try (Host host = new Host(corpus, tier, directory);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch together = new CountDownLatch(1);
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                String image = images.get(i % images.size());
                all.add(
                        threads.submit(() -> {
                            together.await();
                            return host.bring(image);
                        }));
            }
            together.countDown();
            for (Future<String> one : all) {
                assertThat(one.get()).isEmpty();
            }
            int wanted = Math.min(many, images.size());
            assertThat(host.agent.metrics())
                    .contains("mirage_agent_builds_total{outcome=\"made\"} " + wanted + ".0")
                    .doesNotContain("fallbacks_total{");
            assertThat(host.service.asked.stream().filter(one -> one.contains("/delta?")))
                    .hasSize(wanted);
            host.agent.restart();
            host.requireSound();
        }
    }
}
