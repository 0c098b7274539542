package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.catalog.ImageId;
import mirage.glance.api.WebPeer.Request;
import mirage.glance.http.HttpFailure;
import mirage.glance.quota.Quotas;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.FormatCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/** Images that lie on the web: how they are read, looked at and copied from there. */
final class WebLocationsTest {
    private static final Path GOLDEN =
            Path.of("../mirage-backend/src/test/resources/golden/inspect");
    private static final byte[] SMALL = "bytes on the web".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path directory;
    private final TestService.Parts parts = new TestService.Parts();
    private WebPeer peer;

    // Each test starts it, with what it is about.
    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @BeforeEach
    void startPeer() throws IOException {
        peer = WebPeer.at("localhost");
    }

    @AfterEach
    void stop() {
        service.close();
        peer.close();
    }

    private void start() throws IOException {
        service = TestService.withStores(directory, peer.port(), parts);
    }

    private String create(String format) {
        return service.create("{'disk_format': '" + format + "', 'container_format': 'bare'}");
    }

    /** Asks for a location by the call of API 2.17, and awaits the end of the task. */
    private JsonNode locate(String id, String path) throws InterruptedException {
        service.post("/v2/images/" + id + "/locations", "{'url': '" + peer.uri() + path + "'}")
                .send(202);
        return ended(id);
    }

    private JsonNode copy(String id) throws InterruptedException {
        service.post(
                        "/v2/images/" + id + "/import",
                        "{'method': {'name': 'copy-image'}, 'stores': ['cheap']}")
                .as("admin")
                .send(202);
        return ended(id);
    }

    private JsonNode ended(String id) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            JsonNode tasks =
                    service.get("/v2/images/" + id + "/tasks")
                            .as("admin")
                            .send(200)
                            .json()
                            .path("tasks");
            JsonNode last = tasks.path(tasks.size() - 1);
            if (last.path("expires_at").isTextual()) {
                return last;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the task does not end");
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(GOLDEN.resolve(name + ".gz")))) {
            return in.readAllBytes();
        }
    }

    private List<Request> asked(String path) {
        return List.of(new Request("HEAD", path, null), new Request("GET", path, null));
    }

    /** A range of this peer would begin with all that lies before it. */
    @Test
    void aLargeImageIsReadByOneRequestForItsDigestsAndByOneForACopy() throws Exception {
        byte[] large = new byte[13 << 20];
        new Random(7).nextBytes(large);
        peer.has("/large", large);
        parts.sizeCap = large.length;
        parts.check = new FormatCheck(true, List.of());
        start();
        String id = create("raw");
        assertThat(locate(id, "/large").path("status").asText()).isEqualTo("success");
        assertThat(peer.requests()).isEqualTo(asked("/large"));
        assertThat(service.image(id).path("os_hash_value").asText()).isEqualTo(sha512(large));

        assertThat(copy(id).path("status").asText()).isEqualTo("success");
        assertThat(peer.requests()).hasSize(4);
        assertThat(peer.requests().subList(2, 4)).isEqualTo(asked("/large"));
        service.delete("/v2/stores/web/" + id).as("admin").send(204);
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(large);
    }

    private static String sha512(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes));
    }

    @Test
    void whatChangedOnTheWebIsNoCopyOfTheImage() throws Exception {
        peer.has("/image", SMALL);
        start();
        String id = create("raw");
        locate(id, "/image");
        byte[] changed = SMALL.clone();
        changed[0] ^= 1;
        for (byte[] other : List.of(changed, Arrays.copyOf(SMALL, SMALL.length + 1))) {
            peer.has("/image", other);
            JsonNode task = copy(id);
            assertThat(task.path("status").asText()).isEqualTo("failure");
            assertThat(task.path("message").asText()).contains("no longer has the bytes");
            assertThat(service.image(id).path("stores").asText()).isEqualTo("web");
            assertThat(service.image(id).path("status").asText()).isEqualTo("active");
            assertThat(service.cheap.find(new ImageId(id))).isNull();
        }
        peer.has("/image", SMALL);
        assertThat(copy(id).path("status").asText()).isEqualTo("success");
        assertThat(service.image(id).path("stores").asText()).isEqualTo("cheap,web");
    }

    @Test
    void bytesAtALocationAreLookedAtAsThoseOfAnUpload() throws Exception {
        byte[] unsafe = golden("qcow2-backing");
        peer.has("/unsafe", unsafe).has("/good", golden("qcow2-v3"));
        parts.check = new FormatCheck(true, List.of());
        start();
        String id = create("qcow2");
        JsonNode task = locate(id, "/unsafe");
        assertThat(task.path("status").asText()).isEqualTo("failure");
        assertThat(task.path("message").asText()).contains("fails safety checks of format qcow2");
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
        assertThat(service.image(id).path("locations")).isEmpty();

        assertThat(locate(id, "/good").path("status").asText()).isEqualTo("success");
        assertThat(service.image(id).path("status").asText()).isEqualTo("active");
    }

    /** As a signature is: it is known to fit only when all bytes came by. */
    @Test
    void checksOfLocationsSeeAllBytes() throws Exception {
        peer.has("/image", SMALL);
        StringBuilder seen = new StringBuilder();
        parts.check =
                image ->
                        new ContentCheck.Inspection() {
                            @Override
                            public void update(byte[] bytes, int offset, int length) {
                                seen.append(
                                        new String(
                                                bytes, offset, length, StandardCharsets.US_ASCII));
                                throw HttpFailure.badRequest("The signature does not fit.");
                            }
                        };
        start();
        String id = create("raw");
        assertThat(locate(id, "/image").path("message").asText())
                .isEqualTo("The signature does not fit.");
        assertThat(seen.toString()).isEqualTo("bytes on the web");
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void locationsCountForTheQuota() throws Exception {
        peer.has("/600", new byte[600]);
        parts.quotas = records -> Quotas.ofBytes(records, 1000);
        start();
        String first = create("raw");
        assertThat(locate(first, "/600").path("status").asText()).isEqualTo("success");
        String second = create("raw");
        assertThat(locate(second, "/600").path("message").asText()).contains("400 bytes remaining");
        assertThat(service.image(second).path("status").asText()).isEqualTo("queued");

        service.put(second, new byte[400]).send(204);
        String third = create("raw");
        String location = "{'url': '" + peer.uri() + "/600'}";
        assertThat(service.post("/v2/images/" + third + "/locations", location).send(413).text())
                .contains("0 bytes remaining");
    }
}
