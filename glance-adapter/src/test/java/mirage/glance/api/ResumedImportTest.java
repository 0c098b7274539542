package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.Task;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** Imports that a stop of the service cut short, and that its next start brings to their end. */
@Timeout(120)
final class ResumedImportTest {
    private static final byte[] BYTES = "bytes on the web".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path directory;
    private final TestService.Parts parts = new TestService.Parts();
    private WebPeer peer;
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        peer = WebPeer.at("localhost");
        service = TestService.withStores(directory, peer.port(), parts);
    }

    @AfterEach
    void stop() {
        service.close();
        peer.close();
    }

    /** Stops the service while it waits for more bytes, and starts another one over what it left. */
    private void restartAmidBytes(String id, ImageStatus status) throws Exception {
        peer.awaitStall();
        service.close();
        ImageRecord left = Objects.requireNonNull(parts.records.find(new ImageId(id)));
        assertThat(left.status()).isEqualTo(status);
        assertThat(parts.tasks.unfinished())
                .singleElement()
                .extracting(Task::status)
                .isEqualTo(Task.Status.PROCESSING);
        parts.takesUpTasks = true;
        service = TestService.withStores(directory, peer.port(), parts);
    }

    private JsonNode endedTask(String id) throws InterruptedException {
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

    private void requireActiveIn(String id, String stores) throws InterruptedException {
        assertThat(endedTask(id).path("status").asText()).isEqualTo("success");
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("stores").asText()).isEqualTo(stores);
        assertThat(image.path("os_glance_importing_to_stores").asText("")).isEmpty();
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        ImageRecord record = Objects.requireNonNull(parts.records.find(new ImageId(id)));
        assertThat(record.imported()).isNotNull();
        assertThat(record.imported().task()).isEmpty();
    }

    private String create() {
        return service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
    }

    private void download(String id, String more) {
        service.post(
                        "/v2/images/" + id + "/import",
                        "{'method': {'name': 'web-download', 'uri': '"
                                + peer.uri()
                                + "/image'}"
                                + more
                                + "}")
                .send(202);
    }

    private void locate(String id) {
        service.post("/v2/images/" + id + "/locations", "{'url': '" + peer.uri() + "/image'}")
                .send(202);
    }

    @Test
    void bytesFromTheWebComeAnew() throws Exception {
        peer.stallsAt("/image", BYTES, 1);
        String id = create();
        download(id, "");
        restartAmidBytes(id, ImageStatus.IMPORTING);
        requireActiveIn(id, "fast");
    }

    @Test
    void severalStoresGetThem() throws Exception {
        peer.stallsAt("/image", BYTES, 1);
        String id = create();
        download(id, ", 'stores': ['cheap', 'fast']");
        restartAmidBytes(id, ImageStatus.IMPORTING);
        requireActiveIn(id, "cheap,fast");
        assertThat(parts.cheap.find(new ImageId(id))).isNotNull();
        assertThat(parts.library.find(new ImageId(id))).isNotNull();
    }

    /** The first store has its copy already. */
    @Test
    void copiesGoOnWithTheStoreThatLacksOne() throws Exception {
        peer.stallsAt("/image", BYTES, 3);
        String id = create();
        locate(id);
        endedTask(id);
        service.post(
                        "/v2/images/" + id + "/import",
                        "{'method': {'name': 'copy-image'}, 'stores': ['cheap', 'fast'],"
                                + " 'all_stores_must_succeed': false}")
                .as("admin")
                .send(202);
        restartAmidBytes(id, ImageStatus.ACTIVE);
        requireActiveIn(id, "cheap,fast,web");
        long reads = peer.requests().stream().filter(r -> r.method().equals("GET")).count();
        // The location, two copies, the second one again, and the download of this test.
        assertThat(reads).isEqualTo(5);
    }

    @Test
    void locationsAreReadAnew() throws Exception {
        peer.stallsAt("/image", BYTES, 1);
        String id = create();
        locate(id);
        restartAmidBytes(id, ImageStatus.IMPORTING);
        requireActiveIn(id, "web");
        assertThat(service.image(id).path("os_hash_value").asText()).hasSize(128);
    }
}
