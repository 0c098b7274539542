package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;

import mirage.glance.api.TestService.Answer;
import mirage.glance.quota.Quotas;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Quotas of projects, as clients meet them. */
final class QuotaTest {
    private static final int MIB = 1 << 20;
    private static final String FORMATS = "{'disk_format': 'raw', 'container_format': 'bare'}";

    @TempDir Path directory;

    // Each test starts it, with what it is about.
    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
    }

    private void restart(TestService.Parts parts) throws IOException {
        service.close();
        service = new TestService(directory, parts);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private void startWithBytes(long bytes) throws IOException {
        TestService.Parts parts = new TestService.Parts();
        parts.quotas = records -> Quotas.ofBytes(records, bytes);
        restart(parts);
    }

    private void startWithLimits(Map<String, Long> ofWeb) throws IOException {
        TestService.Parts parts = new TestService.Parts();
        Map<String, Long> limits =
                new HashMap<>(
                        Map.of(
                                "image_size_total", -1L,
                                "image_stage_total", -1L,
                                "image_count_total", -1L,
                                "image_count_uploading", -1L));
        limits.putAll(ofWeb);
        parts.quotas =
                records ->
                        Quotas.ofLimits(
                                records,
                                project -> {
                                    if (project.equals("db")) {
                                        throw new IOException("Keystone is away");
                                    }
                                    return limits;
                                });
        restart(parts);
    }

    @Test
    void anUploadThatSaysItsLengthIsRefusedBeforeItComes() throws IOException {
        startWithBytes(1000);
        service.createActive(new byte[600]);
        String second = service.create(FORMATS);
        Answer refused = service.put(second, new byte[401]).send(413);
        assertThat(refused.text())
                .contains(
                        "Image exceeds the storage quota: The size of the data 401 will exceed the"
                                + " limit. 400 bytes remaining.");
        assertThat(service.image(second).path("status").asText()).isEqualTo("queued");
        service.put(second, new byte[400]).send(204);
        assertThat(service.get("/v2/info/usage").send(200).text()).isEqualTo("{\"usage\":{}}");
    }

    @Test
    void anUploadOfUnknownLengthEndsWhereThereIsNoMoreRoom() throws IOException {
        startWithBytes(1000);
        String first = service.create(FORMATS);
        Answer refused = chunked(first, 100_000).send(413);
        assertThat(refused.text()).contains("1000 bytes remaining");
        assertThat(service.image(first).path("status").asText()).isEqualTo("queued");
        chunked(first, 1000).send(204);
        String second = service.create(FORMATS);
        assertThat(chunked(second, 1).send(413).text())
                .contains("The size of the data None will exceed the limit. 0 bytes remaining.");
        // Every project has its own.
        String ofBob =
                service.post("/v2/images", FORMATS).as("bob").send(201).json().path("id").asText();
        service.put(ofBob, new byte[1000]).as("bob").send(204);
    }

    @Test
    void whatIsStagedIsCountedWhenItIsImported() throws IOException {
        startWithBytes(1000);
        String id = service.create(FORMATS);
        stage(id, new byte[1001]).send(204);
        assertThat(importStaged(id).send(413).text()).contains("1000 bytes remaining");
        assertThat(service.image(id).path("status").asText()).isEqualTo("uploading");
    }

    @Test
    void copiesAndPlacesOnTheWebCount() throws Exception {
        HttpServer peer = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        peer.createContext(
                "/600",
                exchange -> {
                    boolean head = exchange.getRequestMethod().equals("HEAD");
                    exchange.getResponseHeaders().add("Content-Length", "600");
                    exchange.sendResponseHeaders(200, head ? -1 : 600);
                    if (!head) {
                        exchange.getResponseBody().write(new byte[600]);
                    }
                    exchange.close();
                });
        peer.start();
        try {
            int port = peer.getAddress().getPort();
            TestService.Parts parts = new TestService.Parts();
            parts.quotas = records -> Quotas.ofBytes(records, 1000);
            service.close();
            service = TestService.withStores(directory, port, parts);
            String place = "{'url': 'http://localhost:" + port + "/600', 'metadata': {}}";
            String add = "[{'op': 'add', 'path': '/locations/-', 'value': " + place + "}]";
            String onWeb = service.create(FORMATS);
            service.patch(onWeb, add).send(200);
            String other = service.create(FORMATS);
            assertThat(service.patch(other, add).send(413).text())
                    .contains("The size of the data 600 will exceed the limit. 400 bytes");
            service.delete("/v2/images/" + onWeb).send(204);

            service.put(other, new byte[600]).send(204);
            assertThat(
                            service.post(
                                            "/v2/images/" + other + "/import",
                                            "{'method': {'name': 'copy-image'},"
                                                    + " 'stores': ['cheap']}")
                                    .as("admin")
                                    .send(413)
                                    .text())
                    .contains("400 bytes remaining");

            // How much comes from the web is not known before it comes.
            String fetched = service.create(FORMATS);
            service.post(
                            "/v2/images/" + fetched + "/import",
                            "{'method': {'name': 'web-download', 'uri': 'http://localhost:"
                                    + port
                                    + "/600'}}")
                    .send(202);
            assertThat(endedTask(fetched)).contains("400 bytes remaining");
            assertThat(service.image(fetched).path("status").asText()).isEqualTo("queued");
        } finally {
            peer.stop(0);
        }
    }

    private String endedTask(String id) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            JsonNode task =
                    service.get("/v2/images/" + id + "/tasks")
                            .send(200)
                            .json()
                            .path("tasks")
                            .path(0);
            if (task.path("expires_at").isTextual()) {
                return task.path("message").asText();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the task does not end");
    }

    @Test
    void imagesAreCountedByLimitsOfKeystone() throws IOException {
        startWithLimits(Map.of("image_count_total", 1L));
        service.create(FORMATS);
        assertThat(service.post("/v2/images", FORMATS).send(413).text())
                .contains("The request returned a 413 Request Entity Too Large.")
                .contains(
                        "Project web is over a limit for [Resource image_count_total is over limit"
                                + " of 1 due to current usage 1 and delta 1]");
        assertThat(service.post("/v2/images", FORMATS).as("bob").send(503).text())
                .contains("cannot be asked");
    }

    @Test
    void theLastUploadMayGoBeyondTheLimit() throws IOException {
        startWithLimits(Map.of("image_size_total", 1L));
        service.createActive(new byte[2 * MIB]);
        String next = service.create(FORMATS);
        assertThat(service.put(next, new byte[1]).send(413).text())
                .contains("image_size_total is over limit of 1 due to current usage 2 and delta 0");
    }

    @Test
    void stagedAndUploadingAreLimited() throws IOException {
        startWithLimits(Map.of("image_stage_total", 1L, "image_count_uploading", 1L));
        String id = service.create(FORMATS);
        stage(id, new byte[2 * MIB]).send(204);
        String next = service.create(FORMATS);
        assertThat(stage(next, new byte[1]).send(413).text())
                .contains("image_stage_total is over limit of 1 due to current usage 2");
        assertThat(service.put(next, new byte[1]).send(413).text())
                .contains(
                        "image_count_uploading is over limit of 1 due to current usage 2 and delta"
                                + " 0");
        assertThat(service.get("/v2/info/usage").send(200).json().path("usage").toString())
                .isEqualTo(
                        ("{'image_size_total':{'usage':0,'limit':-1},"
                                        + "'image_stage_total':{'usage':2,'limit':1},"
                                        + "'image_count_total':{'usage':2,'limit':-1},"
                                        + "'image_count_uploading':{'usage':1,'limit':1}}")
                                .replace('\'', '"'));
    }

    @Test
    void anImportIsCountedWithWhatItBrings() throws IOException {
        startWithLimits(Map.of("image_size_total", 1L));
        String id = service.create(FORMATS);
        stage(id, new byte[2 * MIB]).send(204);
        assertThat(importStaged(id).send(413).text())
                .contains("image_size_total is over limit of 1 due to current usage 0 and delta 2");
    }

    @Test
    void aLimitThatIsNotRegisteredIsZero() throws IOException {
        TestService.Parts parts = new TestService.Parts();
        parts.quotas = records -> Quotas.ofLimits(records, project -> Map.of());
        restart(parts);
        service.post("/v2/images", FORMATS).send(413);
        service.post(
                        "/v2/tasks",
                        "{'type': 'import', 'input': {'import_from': 'http://198.51.100.7/x',"
                                + " 'import_from_format': 'raw', 'image_properties': {}}}")
                .as("admin")
                .send(413);
        assertThat(service.tasks.unfinished()).isEmpty();
    }

    private TestService.Call chunked(String id, int length) {
        return service.call("PUT", "/v2/images/" + id + "/file")
                .header("Content-Type", "application/octet-stream")
                .body(
                        BodyPublishers.ofInputStream(
                                () -> new ByteArrayInputStream(new byte[length])));
    }

    private TestService.Call stage(String id, byte[] data) {
        return service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(data);
    }

    private TestService.Call importStaged(String id) {
        return service.post(
                "/v2/images/" + id + "/import", "{'method': {'name': 'glance-direct'}}");
    }
}
