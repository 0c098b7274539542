package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What an image was shown as, its bytes are, whatever happens between the two. */
@Execution(ExecutionMode.CONCURRENT)
final class ShownTest {
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
    void whoWasShownTheOriginalIsNotShownADiskInTheEnd() throws Exception {
        try (Host host = new Host(corpus, Tier.RAW, directory)) {
            Files.delete(host.base());
            assertThat(formatOf(host)).isEqualTo("qcow2");
            host.disk.putBase(Corpus.BASE);
            assertThat(isContainer(host)).isTrue();
            assertThat(formatOf(host)).isEqualTo("qcow2");
            host.agent.restart();
            assertThat(formatOf(host)).isEqualTo("raw");
        }
    }

    @Test
    void anAgentThatIsToShowOriginalsServesThem() throws Exception {
        try (Host host = new Host(corpus, Tier.RAW, directory)) {
            assertThat(host.bring(Corpus.CHILD)).isEmpty();
            host.agent.set("agent.present=original");
            assertThat(formatOf(host)).isEqualTo("qcow2");
            assertThat(isContainer(host)).isTrue();
        }
    }

    private static boolean isContainer(Host host) throws IOException {
        byte[] bytes = host.get("/v2/images/" + Corpus.CHILD + "/file").body();
        return Arrays.equals(bytes, Corpus.container(Corpus.CHILD));
    }

    private static String formatOf(Host host) throws IOException {
        return host.agent.json("/v2/images/" + Corpus.CHILD).path("disk_format").asText();
    }
}
