package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.FakeFacade;
import mirage.agent.FaultyWire;
import mirage.agent.TestImages;
import mirage.library.View;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** Images that a host makes of what it holds, as consumers see them. */
final class LocalImagesTest {
    private static final String BASE = "11111111-1111-1111-1111-111111111111";
    private static final String RAW = "22222222-2222-2222-2222-222222222222";
    private static final String QCOW2 = "33333333-3333-3333-3333-333333333333";
    private static final String STRANGE = "44444444-4444-4444-4444-444444444444";
    private static final byte[] BASE_DISK = TestImages.disk(1);
    private static final byte[] CHILD = TestImages.child(BASE_DISK, 2);
    private static final byte[] CONTAINER = TestImages.qcow2(CHILD);
    private static final byte[] LIAR = TestImages.qcow2(TestImages.qcow2(BASE_DISK));
    private static final int SMALL_TALK = 20_000;
    @TempDir private static Path shared;
    private static FakeFacade facade;

    @TempDir private Path directory;
    private FaultyWire wire;
    private TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        facade = new FakeFacade(shared);
        facade.add(BASE, "base", BASE_DISK, "raw", BASE_DISK);
        facade.add(RAW, "child", CHILD, "raw", CHILD);
        facade.add(QCOW2, "child", CONTAINER, "qcow2", CHILD);
        facade.add(STRANGE, "liar", LIAR, "qcow2", TestImages.qcow2(BASE_DISK));
        facade.delta(BASE, View.DISK, RAW, View.DISK);
        facade.delta(BASE, View.DISK, QCOW2, View.DISK);
        facade.delta(BASE, View.DISK, QCOW2, View.CONTAINER);
    }

    @AfterAll
    static void stop() throws Exception {
        facade.close();
    }

    @BeforeEach
    void startAgent() throws IOException {
        wire = new FaultyWire(facade.port());
        agent = new TestAgent(directory, wire.uri());
    }

    @AfterEach
    void stopAgent() throws IOException {
        agent.close();
        wire.close();
    }

    @Test
    void aRawImageIsMadeOfNovasBaseAndADelta() throws IOException {
        agent.set("service.token_file=" + directory.resolve("none"));
        agent.base(BASE, BASE_DISK);
        long delta = facade.delta(BASE, View.DISK, RAW, View.DISK).length;
        HttpResponse<byte[]> answer = agent.get("/v2/images/" + RAW + "/file");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CHILD);
        assertThat(answer.headers().firstValue("Content-MD5"))
                .contains(FakeFacade.digest("MD5", CHILD));
        assertThat(answer.headers().firstValue("X-OpenStack-Request-ID")).contains("req-of-facade");
        assertThat(answer.headers().firstValue("Content-Range")).isEmpty();
        assertThat(wire.answered()).isLessThan(delta + SMALL_TALK).isGreaterThan(delta);
        assertThat(agent.metrics())
                .contains("mirage_agent_builds_total{outcome=\"made\"} 1.0")
                .contains("mirage_agent_fetched_bytes_total " + (double) delta);
        assertThat(agent.leftovers()).isEmpty();
    }

    @Test
    void aContainerIsMadeOfTheDiskOfItsParent() throws IOException {
        agent.base(BASE, BASE_DISK);
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        assertThat(agent.metrics()).contains("mirage_agent_builds_total{outcome=\"made\"} 1.0");
        assertThat(agent.json("/v2/images/" + QCOW2).path("disk_format").asText())
                .isEqualTo("qcow2");
    }

    @Test
    void whatIsMadeOnceIsAtHandAndSurvivesARestart() throws IOException {
        agent.base(BASE, BASE_DISK);
        agent.get("/v2/images/" + QCOW2 + "/file");
        long before = wire.answered();
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        agent.restart();
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        assertThat(wire.answered() - before).isLessThan(2 * SMALL_TALK);
    }

    @Test
    void withoutABaseTheImageIsTheServices() throws IOException {
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        assertThat(agent.metrics()).contains("mirage_agent_fallbacks_total{cause=\"no_base\"} 1.0");
    }

    @Test
    void aDeltaThatIsNotWorthwhileIsNotFetched() throws IOException {
        agent.set("agent.worthwhile=0.0001");
        agent.base(BASE, BASE_DISK);
        assertThat(agent.get("/v2/images/" + RAW + "/file").body()).isEqualTo(CHILD);
        assertThat(agent.metrics())
                .contains("mirage_agent_fallbacks_total{cause=\"not_worthwhile\"} 1.0");
    }

    @Test
    void nobodyGetsWhatTheServiceWouldNotGive() throws IOException {
        agent.set("agent.present=raw");
        agent.base(BASE, BASE_DISK);
        assertThat(agent.get("/v2/images/" + QCOW2).statusCode()).isEqualTo(200);
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CHILD);
        assertThat(agent.get("/v2/images/" + QCOW2, FakeFacade.STRANGER).statusCode())
                .isEqualTo(404);
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file", FakeFacade.STRANGER).statusCode())
                .isEqualTo(404);
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file", "nobody").statusCode())
                .isEqualTo(401);
    }

    @Test
    void novaIsShownARawDisk() throws IOException {
        agent.set("agent.present=raw", "service.token_file=" + directory.resolve("none"));
        agent.base(BASE, BASE_DISK);
        ObjectNode first = (ObjectNode) agent.json("/v2/images/" + QCOW2);
        ObjectNode expected = (ObjectNode) direct("/v2/images/" + QCOW2);
        expected.put("disk_format", "raw").put("size", CHILD.length);
        expected.putNull("checksum").put("os_hash_algo", "sha256");
        expected.put("os_hash_value", FakeFacade.digest("SHA-256", CHILD));
        assertThat(first).isEqualTo(expected);
        HttpResponse<byte[]> bytes = agent.get("/v2/images/" + QCOW2 + "/file");
        assertThat(bytes.body()).isEqualTo(CHILD);
        assertThat(bytes.headers().firstValue("Content-MD5")).isEmpty();
        assertThat(agent.json("/v2/images/" + QCOW2)).isEqualTo(expected);
        agent.restart();
        assertThat(agent.json("/v2/images/" + QCOW2)).isEqualTo(expected);
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CHILD);
        // Nova has its base now: what is on the shelf is not needed any more.
        agent.base(QCOW2, CHILD);
        await(() -> held("agent").isEmpty());
        assertThat(agent.json("/v2/images/" + QCOW2).path("disk_format").asText())
                .isEqualTo("qcow2");
        assertThat(agent.get("/agent/status").body())
                .asString()
                .contains(FakeFacade.dataDigest(CHILD));
    }

    @Test
    void aDiskThatLooksLikeSomethingElseIsShownAsItIs() throws IOException {
        agent.set("agent.present=raw", "agent.worthwhile=1");
        agent.base(BASE, BASE_DISK);
        assertThat(agent.json("/v2/images/" + STRANGE).path("disk_format").asText())
                .isEqualTo("qcow2");
        assertThat(agent.get("/v2/images/" + STRANGE + "/file").body()).isEqualTo(LIAR);
    }

    @Test
    void rawImagesAreNotShownOtherwise() throws IOException {
        agent.set("agent.present=raw");
        agent.base(BASE, BASE_DISK);
        assertThat(agent.json("/v2/images/" + RAW)).isEqualTo(direct("/v2/images/" + RAW));
        assertThat(agent.get("/v2/images/" + RAW + "/file").body()).isEqualTo(CHILD);
        assertThat(agent.metrics()).contains("mirage_agent_builds_total{outcome=\"made\"} 1.0");
    }

    @Test
    void whoAsksAtTheSameTimeSharesTheWork() throws Exception {
        agent.set("agent.present=raw");
        agent.base(BASE, BASE_DISK);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Callable<byte[]> boot =
                        () -> {
                            JsonNode record = agent.json("/v2/images/" + QCOW2);
                            byte[] bytes = agent.get("/v2/images/" + QCOW2 + "/file").body();
                            assertThat(FakeFacade.digest("SHA-256", bytes))
                                    .isEqualTo(record.path("os_hash_value").asText());
                            return bytes;
                        };
                answers.add(threads.submit(boot));
            }
            for (Future<byte[]> answer : answers) {
                assertThat(answer.get()).isEqualTo(CHILD);
            }
        }
        assertThat(agent.metrics()).contains("mirage_agent_builds_total{outcome=\"made\"} 1.0");
    }

    @Test
    void aServiceWithoutDeployApiIsAProxyedService() throws IOException {
        facade.deployApi = false;
        try {
            agent.set("agent.present=raw");
            agent.base(BASE, BASE_DISK);
            assertThat(agent.json("/v2/images/" + QCOW2)).isEqualTo(direct("/v2/images/" + QCOW2));
            assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        } finally {
            facade.deployApi = true;
        }
    }

    @Test
    void withoutNovaTheAgentsOwnImagesAreTheBases() throws Exception {
        agent.set("nova.instances_path=");
        assertThat(agent.pull(BASE).path(BASE).asText()).isEqualTo("ready");
        long before = wire.answered();
        assertThat(agent.get("/v2/images/" + QCOW2 + "/file").body()).isEqualTo(CONTAINER);
        assertThat(wire.answered() - before).isLessThan(CONTAINER.length / 4);
        assertThat(Files.readAllBytes(agent.state.resolve("built").resolve(BASE + ".disk")))
                .isEqualTo(BASE_DISK);
    }

    private JsonNode direct(String path) throws IOException {
        return TestAgent.JSON.readTree(
                agent.send(
                                java.net.http.HttpRequest.newBuilder(facade.uri().resolve(path))
                                        .header("X-Auth-Token", FakeFacade.TOKEN)
                                        .build())
                        .body());
    }

    private List<JsonNode> held(String place) {
        try {
            List<JsonNode> held = new ArrayList<>();
            for (JsonNode one : agent.json("/agent/status").path("held")) {
                if (one.path("place").asText().equals(place)) {
                    held.add(one);
                }
            }
            return held;
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("in time").isNegative();
            try {
                Thread.sleep(50);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
    }
}
