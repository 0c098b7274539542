package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;

import mirage.catalog.ImageId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Several named stores: fast and cheap take images, web only gives them. */
final class StoresTest {
    private static final byte[] BYTES = "bytes on the web".getBytes(StandardCharsets.UTF_8);

    private TestService service;
    private HttpServer peer;
    private String uri;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        peer.createContext(
                "/image",
                exchange -> {
                    boolean head = exchange.getRequestMethod().equals("HEAD");
                    if (head) {
                        exchange.getResponseHeaders().add("Content-Length", "" + BYTES.length);
                    }
                    exchange.sendResponseHeaders(200, head ? -1 : BYTES.length);
                    if (!head) {
                        exchange.getResponseBody().write(BYTES);
                    }
                    exchange.close();
                });
        peer.start();
        uri = "http://localhost:" + peer.getAddress().getPort();
        service = TestService.withStores(directory, peer.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        service.close();
        peer.stop(0);
    }

    private JsonNode imported(String id, String json) throws InterruptedException {
        service.post("/v2/images/" + id + "/import", json).as("admin").send(202);
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

    private String create() {
        return service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
    }

    private String stores(String id) {
        return service.image(id).path("stores").asText("none");
    }

    @Test
    void clientsAreTold() {
        JsonNode list = service.get("/v2/info/stores").send(200).json().path("stores");
        assertThat(list.findValuesAsText("id")).containsExactly("fast", "cheap", "web");
        assertThat(list.path(0).path("default").asText()).isEqualTo("true");
        assertThat(list.path(1).has("default")).isFalse();
        assertThat(list.path(2).path("read-only").asText()).isEqualTo("true");
        assertThat(list.path(0).has("type")).isFalse();
        service.get("/v2/info/stores/detail").send(403);
        JsonNode detail =
                service.get("/v2/info/stores/detail").as("admin").send(200).json().path("stores");
        assertThat(detail.findValuesAsText("type")).containsExactly("mirage", "mirage", "http");
        assertThat(service.post("/v2/images", "{}").send(201).header("OpenStack-image-store-ids"))
                .isEqualTo("fast,cheap,web");
    }

    @Test
    void theSchemaKnowsOfThem() {
        for (String path : List.of("/v2/schemas/image", "/v2/schemas/images")) {
            JsonNode schema = service.get(path).send(200).json();
            JsonNode image = path.endsWith("s") ? schema.at("/properties/images/items") : schema;
            assertThat(image.at("/properties/stores/readOnly").asBoolean()).as(path).isTrue();
        }
    }

    @Test
    void anUploadGoesWhereItIsSent() throws IOException {
        String id = create();
        service.put(id, BYTES).header("X-Image-Meta-Store", "cheap").send(204);
        assertThat(stores(id)).isEqualTo("cheap");
        assertThat(service.library.find(new ImageId(id))).isNull();
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        String other = create();
        service.put(other, BYTES).header("X-Image-Meta-Store", "none").send(400);
        service.put(other, BYTES).header("X-Image-Meta-Store", "web").send(400);
        assertThat(service.image(other).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void anImageIsCopiedAndTakenOutOfAStoreAgain() throws Exception {
        String id = service.createActive(BYTES);
        assertThat(stores(id)).isEqualTo("fast");
        String copy = "{'method': {'name': 'copy-image'}, 'stores': ['cheap']}";
        service.post("/v2/images/" + id + "/import", copy).send(403);
        assertThat(imported(id, copy).path("status").asText()).isEqualTo("success");
        assertThat(stores(id)).isEqualTo("cheap,fast");
        service.post("/v2/images/" + id + "/import", copy).as("admin").send(400);
        service.delete("/v2/stores/fast/" + id).send(403);
        service.delete("/v2/stores/none/" + id).as("admin").send(409);
        service.delete("/v2/stores/web/" + id).as("admin").send(404);
        service.delete("/v2/stores/fast/" + id).as("admin").send(204);
        assertThat(stores(id)).isEqualTo("cheap");
        assertThat(service.library.find(new ImageId(id))).isNull();
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        service.delete("/v2/stores/cheap/" + id).as("admin").send(403);
        service.delete("/v2/stores/fast/" + id).as("admin").send(403);
    }

    @Test
    void copyingToAllStoresTwiceIsCopyingOnce() throws Exception {
        String id = service.createActive(BYTES);
        String all = "{'method': {'name': 'copy-image'}, 'all_stores': true}";
        imported(id, all);
        assertThat(stores(id)).isEqualTo("cheap,fast");
        service.post("/v2/images/" + id + "/import", all).as("admin").send(202);
        assertThat(stores(id)).isEqualTo("cheap,fast");
    }

    @Test
    void stagedBytesGoToTheStoresThatAreNamedAndNowhereElse() throws Exception {
        String id = create();
        service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(BYTES)
                .send(204);
        imported(id, "{'method': {'name': 'glance-direct'}, 'stores': ['cheap']}");
        assertThat(stores(id)).isEqualTo("cheap");
        assertThat(service.library.find(new ImageId(id))).isNull();
        assertThat(service.cheap.find(new ImageId(id))).isNotNull();
    }

    @Test
    void stagedBytesGoToAllStores() throws Exception {
        String id = create();
        service.call("PUT", "/v2/images/" + id + "/stage")
                .header("Content-Type", "application/octet-stream")
                .body(BYTES)
                .send(204);
        imported(id, "{'method': {'name': 'glance-direct'}, 'all_stores': true}");
        assertThat(stores(id)).isEqualTo("cheap,fast");
        service.delete("/v2/images/" + id).send(204);
        assertThat(service.library.find(new ImageId(id))).isNull();
        assertThat(service.cheap.find(new ImageId(id))).isNull();
    }

    @Test
    void storesThatAreNotThereAreRefused() {
        String id = create();
        String method = "{'method': {'name': 'web-download', 'uri': '" + uri + "/image'}";
        service.post("/v2/images/" + id + "/import", method + ", 'stores': ['none']}").send(409);
        service.post(
                        "/v2/images/" + id + "/import",
                        method + ", 'stores': ['fast'], 'all_stores': true}")
                .send(400);
    }

    @Test
    void bytesComeFromTheWeb() throws Exception {
        String id = create();
        JsonNode task =
                imported(
                        id,
                        "{'method': {'name': 'web-download', 'uri': '"
                                + uri
                                + "/image'}, 'stores': ['cheap', 'fast']}");
        assertThat(task.path("status").asText()).isEqualTo("success");
        assertThat(stores(id)).isEqualTo("cheap,fast");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
    }

    /** Of a host that may not be read from, and at a port of one that may. */
    @Test
    void aRedirectionDoesNotGetAroundTheFilter() throws Exception {
        try (WebPeer otherHost = WebPeer.at("127.0.0.2", peer.getAddress().getPort());
                WebPeer otherPort = WebPeer.at("localhost")) {
            for (WebPeer forbidden : List.of(otherHost, otherPort)) {
                forbidden.has("/secret", BYTES);
                String path = "/to-" + forbidden.port() + "-" + forbidden.hashCode();
                peer.createContext(
                        path,
                        exchange -> {
                            exchange.getResponseHeaders()
                                    .add("Location", forbidden.uri() + "/secret");
                            exchange.sendResponseHeaders(302, -1);
                            exchange.close();
                        });
                String id = create();
                JsonNode task =
                        imported(
                                id,
                                "{'method': {'name': 'web-download', 'uri': '"
                                        + uri
                                        + path
                                        + "'}}");
                assertThat(task.path("status").asText()).isEqualTo("failure");
                assertThat(forbidden.requests()).isEmpty();
                JsonNode image = service.image(id);
                assertThat(image.path("status").asText()).isEqualTo("queued");
                assertThat(image.path("os_glance_failed_import").asText()).isEqualTo("fast");
                assertThat(image.path("os_glance_importing_to_stores").asText("-")).isEmpty();
            }
        }
    }

    @Test
    void whatIsNotOnTheWebFailsAndMayBeTriedAgain() throws Exception {
        String id = create();
        String missing = "{'method': {'name': 'web-download', 'uri': '" + uri + "/missing'}}";
        assertThat(imported(id, missing).path("status").asText()).isEqualTo("failure");
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
        String there = "{'method': {'name': 'web-download', 'uri': '" + uri + "/image'}}";
        assertThat(imported(id, there).path("status").asText()).isEqualTo("success");
        assertThat(service.image(id).path("status").asText()).isEqualTo("active");
    }

    @Test
    void aLocationOnTheWebIsReadFromThere() {
        String id = create();
        assertThat(service.image(id).path("locations").isArray()).isTrue();
        service.patch(
                        id,
                        "[{'op': 'add', 'path': '/locations/-', 'value': {'url': '"
                                + uri
                                + "/image', 'metadata': {'foo': 'bar'}}}]")
                .send(200);
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("size").asLong()).isEqualTo(BYTES.length);
        assertThat(image.path("checksum").isNull()).isTrue();
        assertThat(image.path("os_hash_value").isNull()).isTrue();
        assertThat(image.path("stores").asText()).isEqualTo("web");
        JsonNode location = image.path("locations").path(0);
        assertThat(location.path("metadata").path("foo").asText()).isEqualTo("bar");
        assertThat(location.path("metadata").path("store").asText()).isEqualTo("web");
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        assertThat(
                        service.get("/v2/images/" + id + "/file")
                                .header("Range", "bytes=6-7")
                                .send(206)
                                .text())
                .isEqualTo("on");
    }

    @Test
    void locationsOfOurOwnCannotBeNamed() {
        String mine = service.createActive(BYTES);
        String id = create();
        for (String url :
                List.of("mirage://fast/" + mine, "file:///etc/passwd", "gopher://info.cern.ch")) {
            service.patch(
                            id,
                            "[{'op': 'add', 'path': '/locations/-', 'value': {'url': '"
                                    + url
                                    + "', 'metadata': {}}}]")
                    .send(400);
        }
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void aClientMayPreferAStore() throws Exception {
        String id = service.createActive(BYTES);
        imported(id, "{'method': {'name': 'copy-image'}, 'stores': ['cheap']}");
        service.library.delete(new ImageId(id));
        assertThat(service.get("/v2/images/" + id + "/file?prefer=cheap").send(200).bytes())
                .isEqualTo(BYTES);
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        service.get("/v2/images/" + id + "/file?prefer=none").send(400);
    }

    @Test
    void administratorsSteerTheCache() throws Exception {
        String id = service.createActive(BYTES);
        service.get("/v2/cache").send(403);
        service.call("PUT", "/v2/cache/" + id).send(403);
        service.call("PUT", "/v2/cache/none").as("admin").send(404);
        service.call("PUT", "/v2/cache/" + create()).as("admin").send(400);
        service.call("PUT", "/v2/cache/" + id).as("admin").send(202);
        JsonNode cached = null;
        for (int i = 0; i < 600 && (cached == null || cached.isEmpty()); i++) {
            Thread.sleep(10);
            cached = service.get("/v2/cache").as("admin").send(200).json().path("cached_images");
        }
        assertThat(cached).hasSize(1);
        assertThat(cached.path(0).path("image_id").asText()).isEqualTo(id);
        assertThat(cached.path(0).path("size").asLong()).isEqualTo(BYTES.length);
        assertThat(cached.path(0).path("last_accessed").asDouble()).isGreaterThan(1e9);
        service.library.delete(new ImageId(id));
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        service.delete("/v2/cache")
                .as("admin")
                .header("x-image-cache-clear-target", "what")
                .send(400);
        service.delete("/v2/cache/" + id).as("admin").send(204);
        service.delete("/v2/cache/none").as("admin").send(404);
        service.delete("/v2/cache").as("admin").send(204);
        assertThat(service.get("/v2/cache").as("admin").send(200).json().path("cached_images"))
                .isEmpty();
        service.get("/v2/images/" + id + "/file").send(204);
    }

    private JsonNode lastTask(String id) throws InterruptedException {
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
    void anImageIsMadeOfALocation() throws Exception {
        String id = create();
        String path = "/v2/images/" + id + "/locations";
        service.post(path, "{'url': '" + uri + "/image'}").send(202);
        assertThat(lastTask(id).path("status").asText()).isEqualTo("success");
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("size").asLong()).isEqualTo(BYTES.length);
        assertThat(image.path("os_hash_algo").asText()).isEqualTo("sha512");
        assertThat(image.path("os_hash_value").asText()).hasSize(128);
        assertThat(service.get("/v2/images/" + id + "/file").send(200).bytes()).isEqualTo(BYTES);
        service.post(path, "{'url': '" + uri + "/image'}").send(409);
        service.get(path).send(403);
        assertThat(service.get(path).as("admin").send(200).json().path(0).path("url").asText())
                .isEqualTo(uri + "/image");
    }

    @Test
    void aLocationWithOtherBytesIsRefused() throws Exception {
        String id = create();
        service.post(
                        "/v2/images/" + id + "/locations",
                        "{'url': '"
                                + uri
                                + "/image', 'validation_data': {'os_hash_algo': 'sha256',"
                                + " 'os_hash_value': '"
                                + "0".repeat(64)
                                + "'}}")
                .send(202);
        assertThat(lastTask(id).path("status").asText()).isEqualTo("failure");
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void locationsAreLookedAtFirst() {
        String id = create();
        String path = "/v2/images/" + id + "/locations";
        service.post(path, "{}").send(400);
        service.post(path, "{'url': 'http://127.0.0.1:1/x'}").send(400);
        service.post(path, "{'url': 'file:///etc/passwd'}").send(403);
        service.post(
                        path,
                        "{'url': '" + uri + "/image', 'validation_data': {'os_hash_algo': 'md5'}}")
                .send(400);
        service.post(path, "{'url': '" + uri + "/image'}").as("bob").send(404);
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void administratorsMakeImagesByTasks() throws Exception {
        String body =
                "{'type': 'import', 'input': {'import_from': '"
                        + uri
                        + "/image', 'import_from_format': 'raw', 'image_properties': {'name': 'made',"
                        + " 'disk_format': 'raw', 'container_format': 'bare'}}}";
        service.post("/v2/tasks", body).send(403);
        service.post("/v2/tasks", "{'type': 'import'}").as("admin").send(400);
        service.post("/v2/tasks", body.replace(uri, "file://")).as("admin").send(400);
        var answer = service.post("/v2/tasks", body).as("admin").send(201);
        String task = answer.json().path("id").asText();
        assertThat(answer.header("Location")).endsWith("/v2/tasks/" + task);
        JsonNode ended = answer.json();
        for (int i = 0; i < 600 && !ended.path("expires_at").isTextual(); i++) {
            Thread.sleep(20);
            ended = service.get("/v2/tasks/" + task).as("admin").send(200).json();
        }
        assertThat(ended.path("status").asText()).isEqualTo("success");
        String id = ended.path("result").path("image_id").asText();
        JsonNode image = service.get("/v2/images/" + id).as("admin").send(200).json();
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("name").asText()).isEqualTo("made");
        assertThat(service.get("/v2/images/" + id + "/file").as("admin").send(200).bytes())
                .isEqualTo(BYTES);
    }
}
