package mirage.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.agent.FakeFacade;
import mirage.agent.FaultyWire;
import mirage.agent.ServiceFault;
import mirage.agent.TestImages;
import mirage.agent.nova.BaseDirectory;
import mirage.catalog.ImageId;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Bases that are there before Nova asks for them; what is revoked; what rots. */
final class SeedingTest {
    private static final String BASE = "11111111-1111-1111-1111-111111111111";
    private static final String QCOW2 = "33333333-3333-3333-3333-333333333333";
    private static final String NEXT = "55555555-5555-5555-5555-555555555555";
    private static final byte[] BASE_DISK = TestImages.disk(1);
    private static final byte[] CHILD = TestImages.child(BASE_DISK, 2);
    private static final byte[] CONTAINER = TestImages.qcow2(CHILD);
    private static final byte[] NEXT_DISK = TestImages.child(CHILD, 9);
    @TempDir private static Path shared;
    private static FakeFacade facade;

    @TempDir private Path directory;
    private FaultyWire wire;
    private TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        facade = new FakeFacade(shared);
        facade.add(BASE, "debian 12", BASE_DISK, "raw", BASE_DISK, "everywhere");
        facade.add(QCOW2, "child", CONTAINER, "qcow2", CHILD);
        facade.add(NEXT, "child", NEXT_DISK, "raw", NEXT_DISK);
    }

    @AfterAll
    static void stop() throws Exception {
        facade.close();
    }

    @BeforeEach
    void startAgent() throws IOException {
        facade.revoked.clear();
        facade.confirmed.clear();
        facade.announced.clear();
        facade.fault = ServiceFault.NONE;
        wire = new FaultyWire(facade.port());
        agent = new TestAgent(directory, wire.uri());
    }

    @AfterEach
    void stopAgent() throws IOException {
        agent.close();
        wire.close();
    }

    @Test
    void aPulledImageIsNovasBase() throws IOException {
        JsonNode results = pull("debian 12", QCOW2, "no such");
        assertThat(results.path(BASE).asText()).isEqualTo("ready");
        assertThat(results.path(QCOW2).asText()).isEqualTo("ready");
        assertThat(results.path("no such").asText()).startsWith("failed: no such");
        assertThat(agent.baseOf(BASE)).hasBinaryContent(BASE_DISK);
        assertThat(agent.baseOf(QCOW2)).hasBinaryContent(CHILD);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(agent.baseOf(QCOW2))))
                .isEqualTo("rw-r--r--");
        assertThat(agent.leftovers()).isEmpty();
        // The second one came as a delta.
        assertThat(wire.answered()).isLessThan(BASE_DISK.length + CONTAINER.length / 4);
        assertThat(pull(QCOW2).path(QCOW2).asText()).isEqualTo("was ready");
    }

    @Test
    void withoutABaseAContainerIsDownloadedAndItsDiskTakenOut() throws IOException {
        assertThat(pull(QCOW2).path(QCOW2).asText()).isEqualTo("ready");
        assertThat(agent.baseOf(QCOW2)).hasBinaryContent(CHILD);
        assertThat(agent.metrics())
                .contains("mirage_agent_builds_total{outcome=\"downloaded\"} 1.0");
    }

    @Test
    void thePullListIsKeptReady() throws IOException {
        agent.set("pull.images=newest:child, tag=everywhere");
        await(() -> Files.exists(agent.baseOf(BASE)) && Files.exists(agent.baseOf(NEXT)));
        assertThat(agent.baseOf(NEXT)).hasBinaryContent(NEXT_DISK);
        assertThat(agent.baseOf(QCOW2)).doesNotExist();
    }

    @Test
    void anOrderNeedsTheKey() throws IOException {
        HttpResponse<byte[]> answer =
                agent.send(
                        HttpRequest.newBuilder(agent.uri("/agent/pull"))
                                .POST(HttpRequest.BodyPublishers.ofString("{\"images\": []}"))
                                .build());
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void anAnnouncedChildOfWhatIsHeldIsMadeReadyOnce() throws IOException {
        agent.base(BASE, BASE_DISK);
        await(() -> facade.holds.contains(BASE));
        facade.announced.add(QCOW2);
        await(() -> Files.exists(agent.baseOf(QCOW2)));
        assertThat(agent.baseOf(QCOW2)).hasBinaryContent(CHILD);
        await(() -> facade.holds.contains(QCOW2));
        // Nova's cleaning has the last word.
        Files.delete(agent.baseOf(QCOW2));
        await(() -> !facade.holds.contains(QCOW2));
        facade.announced.add(QCOW2);
        await(() -> facade.announced.isEmpty());
        agent.restart();
        facade.announced.add(QCOW2);
        await(() -> facade.announced.isEmpty());
        String before = agent.metrics();
        assertThat(before).doesNotContain("outcome=\"made\"");
        assertThat(agent.baseOf(QCOW2)).doesNotExist();
    }

    @Test
    void whatIsRevokedDoesNotWaitForWhatIsAnnounced() throws Exception {
        agent.base(BASE, BASE_DISK);
        await(() -> facade.holds.contains(BASE));
        assertThat(pull(NEXT).path(NEXT).asText()).isEqualTo("ready");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        facade.fault =
                new ServiceFault() {
                    @Override
                    public byte[] content(String target, byte[] honest) {
                        if (target.contains("/delta?")) {
                            asked.countDown();
                            awaitLatch(answered);
                        }
                        return honest;
                    }
                };
        facade.announced.add(QCOW2);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        facade.revoked.add(NEXT);
        await(() -> facade.confirmed.contains(NEXT));
        assertThat(agent.baseOf(NEXT)).doesNotExist();
        // And so is the one that is on its way.
        facade.revoked.add(QCOW2);
        await(() -> facade.confirmed.contains(QCOW2));
        answered.countDown();
        await(() -> building() == 0);
        await(() -> !facade.holds.contains(QCOW2));
        assertThat(agent.baseOf(QCOW2)).doesNotExist();
        assertThat(agent.leftovers()).isEmpty();
    }

    @Test
    void whatTheServiceHasNotTakenApartYetIsTriedAgain() throws IOException {
        agent.base(BASE, BASE_DISK);
        await(() -> facade.holds.contains(BASE));
        AtomicInteger refused = new AtomicInteger();
        facade.fault =
                new ServiceFault() {
                    @Override
                    public Manner manner(String target) {
                        return target.startsWith("/deploy/v1/images/" + QCOW2)
                                        && refused.incrementAndGet() <= 2
                                ? Manner.refusing(409)
                                : Manner.GOOD;
                    }
                };
        facade.announced.add(QCOW2);
        await(() -> isWhole(agent.baseOf(QCOW2), CHILD));
        assertThat(refused.get()).isGreaterThan(2);
    }

    @Test
    void ordersDoNotWaitForNames() throws IOException {
        pull("debian 12", QCOW2);
        facade.fault =
                new ServiceFault() {
                    @Override
                    public Manner manner(String target) {
                        return target.startsWith("/v2/images?")
                                ? Manner.refusing(500)
                                : Manner.GOOD;
                    }
                };
        // Of an image that the agent has never heard of.
        Files.createFile(agent.baseOf(BASE).resolveSibling("f".repeat(40)));
        facade.revoked.add(QCOW2);
        await(() -> facade.confirmed.contains(QCOW2));
        assertThat(agent.baseOf(QCOW2)).doesNotExist();
    }

    @Test
    void whatNobodyAskedForHasABudget() throws IOException {
        agent.set("pull.budget=0");
        long before = wire.answered();
        assertThat(pull(QCOW2).path(QCOW2).asText()).startsWith("failed: ").contains("budget of 0");
        assertThat(wire.answered() - before).as("nothing is fetched").isLessThan(10_000);
        agent.set("pull.budget=" + BASE_DISK.length);
        assertThat(pull("debian 12").path(BASE).asText()).isEqualTo("ready");
        assertThat(pull(QCOW2).path(QCOW2).asText()).startsWith("failed: ").contains("budget");
        // A guest uses the first one.
        Files.setLastModifiedTime(agent.baseOf(BASE), FileTime.from(Instant.EPOCH));
        assertThat(pull(QCOW2).path(QCOW2).asText()).isEqualTo("ready");
    }

    private int building() {
        try {
            return agent.json("/agent/status").path("building").asInt(-1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whileNovaHasTheLockNothingIsPutThere() throws Exception {
        agent.base(BASE, BASE_DISK);
        Path lock =
                agent.instances
                        .resolve("locks")
                        .resolve("nova-" + BaseDirectory.nameOf(new ImageId(QCOW2)));
        Files.createDirectories(lock.getParent());
        Process nova =
                new ProcessBuilder(
                                "/usr/bin/python3",
                                "-c",
                                "import fcntl,sys\nf=open(sys.argv[1],'a')\nfcntl.lockf(f,"
                                        + " fcntl.LOCK_EX)\nprint('locked',"
                                        + " flush=True)\nsys.stdin.readline()",
                                lock.toString())
                        .start();
        try {
            assertThat(nova.inputReader(java.nio.charset.StandardCharsets.UTF_8).readLine())
                    .isEqualTo("locked");
            assertThat(pull(QCOW2).path(QCOW2).asText()).isEqualTo("failed: Nova is fetching it");
            assertThat(agent.baseOf(QCOW2)).doesNotExist();
            assertThat(agent.leftovers()).isEmpty();
        } finally {
            nova.destroyForcibly().waitFor();
        }
        // What was made is not lost.
        long before = wire.answered();
        assertThat(pull(QCOW2).path(QCOW2).asText()).isEqualTo("ready");
        assertThat(agent.baseOf(QCOW2)).hasBinaryContent(CHILD);
        assertThat(wire.answered() - before).isLessThan(10_000);
    }

    @Test
    void aRevokedImageGoesAndTheServiceIsTold() throws IOException {
        pull("debian 12", QCOW2);
        facade.revoked.add(QCOW2);
        await(() -> facade.confirmed.contains(QCOW2));
        assertThat(agent.baseOf(QCOW2)).doesNotExist();
        assertThat(agent.baseOf(BASE)).exists();
        await(() -> !facade.holds.contains(QCOW2));
    }

    @Test
    void aBaseThatRotsIsReplacedAndWhoHasItOpenKeepsIt() throws Exception {
        agent.set("verify.rate=1 GB");
        agent.base(BASE, BASE_DISK);
        pull(QCOW2);
        try (FileChannel guest = FileChannel.open(agent.baseOf(QCOW2), StandardOpenOption.READ)) {
            flip(agent.baseOf(QCOW2), 1_000_000);
            agent.restart(); // which begins a round
            await(() -> isWhole(agent.baseOf(QCOW2), CHILD));
            java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
            guest.read(one, 1_000_000);
            assertThat(one.get(0)).isNotEqualTo(CHILD[1_000_000]);
        }
        assertThat(agent.json("/agent/status").path("damaged_files").asInt()).isEqualTo(1);
    }

    @Test
    void basesThatWereThereBeforeAreFoundAmongAllImages() throws IOException {
        agent.base(BASE, BASE_DISK);
        await(() -> facade.holds.contains(BASE));
    }

    @Test
    void oneAgentAtATime() throws IOException {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Agent.start(agent.settings()))
                .hasMessageContaining("another agent works with");
    }

    private static boolean isWhole(Path file, byte[] expected) {
        try {
            return java.util.Arrays.equals(Files.readAllBytes(file), expected);
        } catch (IOException between) {
            return false;
        }
    }

    static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 1);
        }
    }

    private JsonNode pull(String... images) throws IOException {
        return agent.pull(images);
    }

    private static void await(BooleanSupplier condition) {
        LocalImagesTest.await(condition);
    }
}
