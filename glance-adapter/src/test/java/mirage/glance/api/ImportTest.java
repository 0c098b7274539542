package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.catalog.ImageId;
import mirage.glance.api.TestService.Answer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Staging and importing, with a single store. */
final class ImportTest {
    private static final byte[] BYTES = "the bytes of an image".getBytes(StandardCharsets.UTF_8);
    private static final String DIRECT = "{'method': {'name': 'glance-direct'}}";

    private TestService service;
    private String id;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        service = new TestService(directory);
        id = service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Answer stage(int status) {
        return service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(BYTES)
                .send(status);
    }

    private Answer importBy(String json, int status) {
        return service.post("/v2/images/" + id + "/import", json).send(status);
    }

    /** Waits until the image's last task has ended. */
    private JsonNode endedTask() throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            JsonNode tasks =
                    service.get("/v2/images/" + id + "/tasks").send(200).json().path("tasks");
            JsonNode last = tasks.path(tasks.size() - 1);
            if (last.path("expires_at").isTextual()) {
                return last;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the task does not end");
    }

    @Test
    void stagedBytesBecomeTheImages() throws Exception {
        stage(204);
        JsonNode staged = service.image(id);
        assertThat(staged.path("status").asText()).isEqualTo("uploading");
        assertThat(staged.path("size").asLong()).isEqualTo(BYTES.length);
        assertThat(staged.path("checksum").isNull()).isTrue();
        service.get("/v2/images/" + id + "/file").send(204);
        Answer begun = importBy(DIRECT, 202);
        assertThat(begun.bytes()).isEmpty();
        JsonNode task = endedTask();
        assertThat(task.path("status").asText()).isEqualTo("success");
        assertThat(task.path("type").asText()).isEqualTo("api_image_import");
        assertThat(task.path("request_id").asText())
                .isEqualTo(begun.header("X-Openstack-Request-Id"));
        assertThat(task.path("created_at").asText()).matches("[0-9T:-]+\\.[0-9]{6}");
        assertThat(task.path("input").path("import_req").path("method").path("name").asText())
                .isEqualTo("glance-direct");
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("checksum").asText()).hasSize(32);
        assertThat(image.path("os_glance_importing_to_stores").asText("-")).isEmpty();
        assertThat(image.path("os_glance_failed_import").asText("-")).isEmpty();
        assertThat(image.has("os_glance_import_task")).isFalse();
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
    }

    @Test
    void stagingIsForQueuedImages() {
        stage(204);
        stage(409);
        service.put(id, BYTES).send(409);
    }

    @Test
    void stagingTakesBytesOnly() {
        service.call("PUT", "/v2/images/" + id + "/stage").json("{}").send(415);
    }

    @Test
    void whatIsStagedGoesWithTheImage() throws IOException {
        stage(204);
        service.delete("/v2/images/" + id).send(204);
        assertThat(service.library.find(new ImageId(id))).isNull();
    }

    @Test
    void stagedBytesAreBounded() {
        service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(new byte[(int) TestService.SIZE_CAP + 1])
                .send(413);
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
        assertThat(service.image(id).path("size").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {}",
                "400 | []",
                "400 | {'method': {}}",
                "400 | {'method': 'glance-direct'}",
                "400 | {'method': {'name': 'unheard-of'}}",
                "400 | {'method': {'name': 'copy-image'}}",
                "400 | {'method': {'name': 'web-download'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'file:///etc/passwd'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://127.0.0.1/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://localhost:9292/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://2130706433/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://0x7f.1/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://[::1]/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://[::ffff:127.0.0.1]/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://169.254.169.254/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://user@example.org/x'}}",
                "400 | {'method': {'name': 'web-download', 'uri': 'http://no.such.host.invalid/'}}",
                "400 | {'method': {'name': 'glance-direct'}, 'all_stores': 'yes'}",
                "400 | {'method': {'name': 'glance-direct'}, 'all_stores_must_succeed': 'yes'}",
                "409 | {'method': {'name': 'glance-direct'}}"
            })
    void whatMayBeImported(int status, String json) {
        importBy(json, status);
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void aSingleStoreIsAllStores() throws Exception {
        stage(204);
        importBy("{'method': {'name': 'glance-direct'}, 'all_stores': true}", 202);
        assertThat(endedTask().path("status").asText()).isEqualTo("success");
    }

    @Test
    void oneImportAtATime() throws Exception {
        stage(204);
        importBy(DIRECT, 202);
        endedTask();
        importBy(DIRECT, 409);
    }

    @Test
    void formatsComeFirst() {
        id = service.create("{}");
        stage(204);
        importBy(DIRECT, 409);
        assertThat(service.image(id).path("status").asText()).isEqualTo("uploading");
    }

    @Test
    void onlyTheOwnerImports() {
        stage(204);
        service.patch(id, "[{'op': 'add', 'path': '/visibility', 'value': 'community'}]").send(200);
        service.post("/v2/images/" + id + "/import", DIRECT).as("bob").send(403);
        service.post("/v2/images/" + id + "/import", DIRECT).as("rita").send(403);
    }

    @Test
    void administratorsLookAtTasks() throws Exception {
        stage(204);
        importBy(DIRECT, 202);
        String task = endedTask().path("id").asText();
        JsonNode list = service.get("/v2/tasks").as("admin").send(200).json();
        assertThat(list.path("tasks").findValuesAsText("id")).containsExactly(task);
        assertThat(list.path("tasks").path(0).has("input")).isFalse();
        assertThat(list.path("first").asText()).isEqualTo("/v2/tasks");
        JsonNode whole = service.get("/v2/tasks/" + task).as("admin").send(200).json();
        assertThat(whole.path("status").asText()).isEqualTo("success");
        assertThat(whole.path("image_id").asText()).isEqualTo(id);
        assertThat(whole.path("self").asText()).isEqualTo("/v2/tasks/" + task);
        assertThat(whole.path("expires_at").asText()).endsWith("Z");
        service.get("/v2/tasks").send(403);
        service.get("/v2/tasks/" + task).send(403);
        service.get("/v2/tasks/none").as("admin").send(404);
        service.delete("/v2/tasks/" + task).as("admin").send(405);
        service.get("/v2/tasks?status=bogus").as("admin").send(400);
        service.get("/v2/tasks?type=bogus").as("admin").send(400);
        service.get("/v2/tasks?limit=x").as("admin").send(400);
        service.get("/v2/tasks?marker=" + id).as("admin").send(400);
        assertThat(
                        service.get("/v2/tasks?limit=1&sort_dir=asc")
                                .as("admin")
                                .send(200)
                                .json()
                                .path("next")
                                .asText())
                .contains("marker=" + task);
    }
}
