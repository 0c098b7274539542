package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.glance.api.WebPeer.Request;
import mirage.glance.web.WebFilter;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/** Imports from the Image API of another region, which is a peer here. */
@Timeout(120)
final class RegionImportTest {
    private static final byte[] BYTES = "bytes elsewhere".getBytes(StandardCharsets.UTF_8);
    private static final String REMOTE = "0d8f5e0e-5c1f-4f0a-9d3b-0d2f4b6a8c1e";
    private static final String IMAGE = "/v2/images/" + REMOTE;
    private static final String FILE = IMAGE + "/file";

    @TempDir private Path directory;
    private final TestService.Parts parts = new TestService.Parts();
    private WebPeer glance;
    private WebPeer objectStore;
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        glance = WebPeer.at("localhost");
        objectStore = WebPeer.at("127.0.0.2");
        parts.filter =
                new WebFilter(
                        Set.of("http"),
                        Set.of(),
                        Set.of("localhost", "127.0.0.2"),
                        Set.of(),
                        Set.of(glance.port(), objectStore.port()),
                        Set.of());
        parts.regions =
                (region, kind) ->
                        region.equals("two") && kind.equals("public") ? glance.uri() : null;
        service = TestService.withStores(directory, glance.port(), parts);
    }

    @AfterEach
    void stop() {
        service.close();
        glance.close();
        objectStore.close();
    }

    private void hasRecord(String status) {
        glance.has(
                IMAGE,
                ("{\"id\": \""
                                + REMOTE
                                + "\", \"status\": \""
                                + status
                                + "\", \"disk_format\": \"qcow2\", \"container_format\": \"bare\","
                                + " \"hw_disk_bus\": \"scsi\", \"os_distro\": \"debian\"}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private String create() {
        return service.create(
                "{'disk_format': 'raw', 'container_format': 'bare', 'hw_vif_model': 'virtio',"
                        + " 'os_version': '13'}");
    }

    private void ask(String id, String region) {
        service.post(
                        "/v2/images/" + id + "/import",
                        "{'method': {'name': 'glance-download', 'glance_region': '"
                                + region
                                + "', 'glance_image_id': '"
                                + REMOTE
                                + "'}}")
                .send(202);
    }

    private JsonNode endedTask(String id) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            JsonNode task =
                    service.get("/v2/images/" + id + "/tasks")
                            .send(200)
                            .json()
                            .path("tasks")
                            .path(0);
            if (task.path("expires_at").isTextual()) {
                return task;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the task does not end");
    }

    private void requireQueued(String id, String message) throws InterruptedException {
        JsonNode task = endedTask(id);
        assertThat(task.path("status").asText()).isEqualTo("failure");
        assertThat(task.path("message").asText()).contains(message);
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void anImageComesWithItsFormatsAndSomeOfItsProperties() throws Exception {
        hasRecord("active");
        glance.has(FILE, BYTES);
        String id = create();
        ask(id, "two");
        assertThat(endedTask(id).path("status").asText()).isEqualTo("success");
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("disk_format").asText()).isEqualTo("qcow2");
        assertThat(image.path("hw_disk_bus").asText()).isEqualTo("scsi");
        assertThat(image.has("hw_vif_model")).isFalse();
        assertThat(image.has("os_distro")).isFalse();
        assertThat(image.path("os_version").asText()).isEqualTo("13");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
    }

    @Test
    void theUsersTokenGoesToTheImageApiAndNoFurther() throws Exception {
        hasRecord("active");
        glance.redirects(FILE, objectStore.uri() + "/bytes");
        objectStore.has("/bytes", BYTES);
        String id = create();
        ask(id, "two");
        assertThat(endedTask(id).path("status").asText()).isEqualTo("success");
        assertThat(glance.requests())
                .containsExactly(
                        new Request("GET", IMAGE, "alice"), new Request("GET", FILE, "alice"));
        assertThat(objectStore.requests()).containsExactly(new Request("GET", "/bytes", null));
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
    }

    @Test
    void anImageThatIsNotActiveThereIsNotImported() throws Exception {
        hasRecord("queued");
        String id = create();
        ask(id, "two");
        requireQueued(id, "the image is not active in that region");
        assertThat(glance.requests()).containsExactly(new Request("GET", IMAGE, "alice"));
    }

    @Test
    void aRegionThatNobodyKnowsIsNotAsked() throws Exception {
        String id = create();
        ask(id, "three");
        requireQueued(id, "no image service is known in region three");
        assertThat(glance.requests()).isEmpty();
    }

    /** Tokens are kept in memory only. */
    @Test
    void afterARestartItFailsForWantOfAToken() throws Exception {
        hasRecord("active");
        glance.stallsAt(FILE, BYTES, 1);
        String id = create();
        ask(id, "two");
        glance.awaitStall();
        service.close();
        int asked = glance.requests().size();
        parts.takesUpTasks = true;
        service = TestService.withStores(directory, glance.port(), parts);
        requireQueued(id, "has no token to ask the other region with");
        assertThat(glance.requests()).hasSize(asked);
    }
}
