package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import mirage.agent.faults.Fault.Ending;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whatever goes wrong, the host gets the image or an ordinary error; and when nothing is wrong any more, the agent works
 * as if nothing had been.
 */
@Execution(ExecutionMode.CONCURRENT)
final class FaultsTest {
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

    static Stream<Arguments> faults() {
        return Stream.concat(ServiceFaults.all(), HostFaults.all())
                .flatMap(fault ->
                        Arrays.stream(Tier.values()).map(tier -> arguments(tier, fault.named())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("faults")
    void aFaultCostsAnImageAtTheMost(Tier tier, Fault fault) throws Exception {
        try (Host host = new Host(corpus, tier, directory)) {
            fault.begin().on(host);
            String error = host.bring(Corpus.CHILD);
            requireEnding(fault.ending(tier), error, host);
            if (!fault.cause().isEmpty() && tier != Tier.SEEDING) {
                assertThat(host.agent.metrics())
                        .contains("mirage_agent_fallbacks_total{cause=\"" + fault.cause() + "\"}");
            }

            mend(host);
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            assertThat(host.bring(Corpus.SIBLINGS.get(1))).isEmpty();
            host.agent.restart();
            host.requireSound();
        }
    }

    private static void requireEnding(Ending expected, String error, Host host) throws IOException {
        if (expected == Ending.ERROR) {
            assertThat(error).isNotEmpty();
            return;
        }
        assertThat(error).isEmpty();
        if (expected == Ending.MADE) {
            assertThat(host.agent.metrics())
                    .contains("mirage_agent_builds_total{outcome=\"made\"}");
        }
        if (expected == Ending.WHOLE && host.tier == Tier.SEEDING) {
            assertThat(host.agent.metrics())
                    .contains("mirage_agent_builds_total{outcome=\"downloaded\"} 1.0");
        }
    }

    /** Everything works again, and Nova has fetched its base anew. */
    private static void mend(Host host) throws IOException {
        host.mendService();
        Files.createDirectories(host.agent.state.resolve("work"));
        Files.createDirectories(host.agent.state.resolve("built"));
        for (Path blocked :
                List.of(
                        host.agent.state.resolve("inventory.json.new"),
                        host.agent.instances.resolve("locks"),
                        host.base())) {
            if (Files.isDirectory(blocked) != blocked.endsWith("locks")) {
                removeTree(blocked);
            }
        }
        for (Path blocked : Disk.list(host.agent.instances.resolve("_base"))) {
            if (Files.isDirectory(blocked)) {
                removeTree(blocked);
            }
        }
        for (Path blocked : Disk.list(host.agent.instances.resolve("locks"))) {
            if (Files.isDirectory(blocked)) {
                removeTree(blocked);
            }
        }
        host.disk.putBase(Corpus.BASE);
        host.agent.ensure(Host.USUAL.toArray(String[]::new));
    }

    private static void removeTree(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
