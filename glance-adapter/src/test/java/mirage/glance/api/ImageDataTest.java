package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.catalog.ImageId;
import mirage.glance.api.TestService.Answer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The bytes of images, in and out, and the states that an image goes through by them. */
@Timeout(60)
final class ImageDataTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final String MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592";

    @TempDir Path directory;
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        service = new TestService(directory);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private String file(String id) {
        return "/v2/images/" + id + "/file";
    }

    private String createRaw() {
        return service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
    }

    @Test
    void whatIsUploadedComesBack() throws Exception {
        byte[] data = new byte[3_000_001];
        new Random(7).nextBytes(data);
        String id = createRaw();
        Answer uploaded = service.put(id, data).send(204);
        assertThat(uploaded.bytes()).isEmpty();
        assertThat(uploaded.header("Content-Type")).isEqualTo("text/html; charset=UTF-8");
        Answer answer = service.get(file(id)).send(200);
        assertThat(answer.bytes()).isEqualTo(data);
        assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("Content-Length")).isEqualTo("3000001");
        assertThat(answer.header("Content-MD5")).isEqualTo(digest("MD5", data));
        for (String absent : new String[] {"ETag", "Last-Modified", "Accept-Ranges", "Server"}) {
            assertThat(answer.header(absent)).as(absent).isNull();
        }
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("size").asLong()).isEqualTo(data.length);
        assertThat(image.path("virtual_size").asLong()).isEqualTo(data.length);
        assertThat(image.path("checksum").asText()).isEqualTo(digest("MD5", data));
        assertThat(image.path("os_hash_algo").asText()).isEqualTo("sha512");
        assertThat(image.path("os_hash_value").asText()).isEqualTo(digest("SHA-512", data));
    }

    private static String digest(String algorithm, byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(data));
    }

    @Test
    void uploadsOfUnknownLengthAreTaken() {
        String id = createRaw();
        service.call("PUT", file(id))
                .header("Content-Type", "application/octet-stream")
                .body(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(HELLO)))
                .send(204);
        assertThat(service.get(file(id)).send(200).bytes()).isEqualTo(HELLO);
    }

    @Test
    void noBytesAreBytesToo() {
        String id = createRaw();
        service.put(id, new byte[0]).send(204);
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("active");
        assertThat(image.path("size").asLong(-1)).isZero();
        assertThat(image.path("virtual_size").isNull()).isTrue();
        assertThat(image.path("checksum").asText()).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        assertThat(service.get(file(id)).send(200).header("Content-Length")).isEqualTo("0");
        service.get(file(id)).header("Range", "bytes=0-").send(416);
    }

    @Test
    void anImageWithoutBytesIsAnsweredWithNothing() {
        String id = createRaw();
        assertThat(service.get(file(id)).send(204).bytes()).isEmpty();
        service.get(file(id)).header("Range", "bytes=0-5").send(204);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-4, 206, hello, bytes 0-4/5",
        "bytes=1-3, 206, ell, bytes 1-3/5",
        "bytes=4-4, 206, o, bytes 4-4/5",
        "bytes=2-, 206, llo, bytes 2-4/5",
        "bytes=2-99, 206, llo, bytes 2-4/5",
        "bytes=-2, 206, lo, bytes 3-4/5",
        "bytes=-5, 206, hello, bytes 0-4/5",
        "bytes=-99, 206, hello, bytes 0-4/5",
        "bytes = 0-1, 206, he, bytes 0-1/5",
        "bytes=5-, 416, , bytes */5",
        "bytes=9-10, 416, , bytes */5",
        "bytes=3-2, 416, , bytes */5",
        "bytes=-0, 416, , bytes */5",
        "bytes=-, 416, , bytes */5",
        "bytes=a-b, 416, , bytes */5",
        "bytes=1, 416, , bytes */5",
        "bytes=0-99999999999999999999, 416, , bytes */5",
        "items=0-1, 416, , bytes */5",
        "nonsense, 416, , bytes */5",
        "'bytes=0-1,3-4', 400, ,"
    })
    void ranges(String range, int status, String content, String contentRange) {
        String id = service.createActive(HELLO);
        Answer answer = service.get(file(id)).header("Range", range).send(status);
        assertThat(answer.header("Content-Range")).isEqualTo(contentRange);
        if (status == 206) {
            assertThat(answer.text()).isEqualTo(content);
            assertThat(answer.header("Content-MD5")).isEqualTo(MD5_OF_HELLO);
            assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
            assertThat(answer.header("Content-Length")).isEqualTo(String.valueOf(content.length()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes 1-3/5, 206, ell",
        "bytes 1-3/*, 206, ell",
        "bytes 0-4/5, 206, hello",
        "bytes 1-5/*, 416,",
        "bytes 1-5/6, 416,",
        "bytes 5-5/5, 416,",
        "bytes 3-1/5, 416,",
        "bytes */5, 416,",
        "nonsense, 416,"
    })
    void oldClientsAskForRangesByContentRange(String range, int status, String content) {
        String id = service.createActive(HELLO);
        Answer answer = service.get(file(id)).header("Content-Range", range).send(status);
        if (status == 206) {
            assertThat(answer.text()).isEqualTo(content);
        }
    }

    @Test
    void anUploadNeedsItsMediaTypeAndBearsParameters() {
        String id = createRaw();
        service.call("PUT", file(id)).body(HELLO).send(415);
        upload(id, "application/json", 415);
        assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
        upload(id, "application/octet-stream; charset=utf-8", 204);
        assertThat(service.image(id).path("status").asText()).isEqualTo("active");
    }

    private void upload(String id, String type, int status) {
        service.call("PUT", file(id)).header("Content-Type", type).body(HELLO).send(status);
    }

    @Test
    void anUploadNeedsFormats() {
        for (String json :
                new String[] {"{}", "{'disk_format': 'raw'}", "{'container_format': 'bare'}"}) {
            String id = service.create(json);
            service.put(id, HELLO).send(400);
            assertThat(service.image(id).path("status").asText()).isEqualTo("queued");
        }
    }

    @Test
    void bytesAreUploadedOnce() {
        String id = service.createActive(HELLO);
        service.put(id, HELLO).send(409);
        assertThat(service.get(file(id)).send(200).bytes()).isEqualTo(HELLO);
        service.put("00000000-0000-0000-0000-000000000000", HELLO).send(404);
    }

    @Test
    void anImageMayBeAsGreatAsTheCapButNotGreater() {
        String id = createRaw();
        byte[] most = new byte[(int) TestService.SIZE_CAP];
        byte[] tooMany = Arrays.copyOf(most, most.length + 1);
        service.put(id, tooMany).send(413);
        requireUntouched(id);
        service.call("PUT", file(id))
                .header("Content-Type", "application/octet-stream")
                .body(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooMany)))
                .send(413);
        requireUntouched(id);
        service.put(id, most).send(204);
    }

    private void requireUntouched(String id) {
        JsonNode image = service.image(id);
        assertThat(image.path("status").asText()).isEqualTo("queued");
        assertThat(image.path("size").isNull()).isTrue();
        assertThat(image.path("checksum").isNull()).isTrue();
        assertThat(service.library.find(new ImageId(id))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"5, 204", "4, 400", "6, 400", "five, 400"})
    void anAnnouncedSizeMustBeRight(String announced, int status) {
        String id = createRaw();
        service.put(id, HELLO).header("X-OpenStack-Image-Size", announced).send(status);
        if (status == 400) {
            requireUntouched(id);
        }
    }

    @Test
    void aStoreThatFailsLeavesTheImageQueued() {
        String id = createRaw();
        service.library.failStores(true);
        service.put(id, HELLO).send(503);
        requireUntouched(id);
        service.library.failStores(false);
        service.put(id, HELLO).send(204);
        assertThat(service.get(file(id)).send(200).bytes()).isEqualTo(HELLO);
    }

    @Test
    void theVirtualSizeIsThatOfTheDeclaredFormat() {
        byte[] qcow2 = qcow2Of(10L << 30);
        String declared = service.create("{'disk_format': 'qcow2', 'container_format': 'bare'}");
        service.put(declared, qcow2).send(204);
        assertThat(service.image(declared).path("virtual_size").asLong()).isEqualTo(10L << 30);
        String asRaw = service.createActive(qcow2);
        assertThat(service.image(asRaw).path("virtual_size").asLong()).isEqualTo(qcow2.length);
        String wrong = service.create("{'disk_format': 'vmdk', 'container_format': 'bare'}");
        service.put(wrong, qcow2).send(204);
        assertThat(service.image(wrong).path("virtual_size").isNull()).isTrue();
    }

    @Test
    void theVirtualSizeDoesNotWaitForTheLibrary() {
        service.library.lookLater();
        String id = service.create("{'disk_format': 'qcow2', 'container_format': 'bare'}");
        service.put(id, qcow2Of(1L << 30)).send(204);
        JsonNode before = service.image(id);
        assertThat(before.path("virtual_size").asLong()).isEqualTo(1L << 30);
        assertThat(before.path("status").asText()).isEqualTo("active");
        service.library.lookNow();
        assertThat(service.image(id)).isEqualTo(before);
    }

    private static byte[] qcow2Of(long virtualSize) {
        return ByteBuffer.allocate(512)
                .putInt(0x514649fb)
                .putInt(3)
                .putLong(24, virtualSize)
                .array();
    }

    @Test
    void deactivatedBytesAreTheAdministratorsOnly() {
        String id = service.createActive(HELLO);
        String actions = "/v2/images/" + id + "/actions/";
        service.call("POST", actions + "deactivate").send(204);
        service.call("POST", actions + "deactivate").send(204);
        assertThat(service.image(id).path("status").asText()).isEqualTo("deactivated");
        service.get(file(id)).send(403);
        assertThat(service.get(file(id)).as("admin").send(200).bytes()).isEqualTo(HELLO);
        service.call("POST", actions + "reactivate").send(204);
        service.call("POST", actions + "reactivate").send(204);
        service.get(file(id)).send(200);
        String queued = service.create("{}");
        service.call("POST", "/v2/images/" + queued + "/actions/deactivate").send(403);
        service.call("POST", "/v2/images/" + queued + "/actions/reactivate").send(403);
    }

    @Test
    void aReaderSeesAnImageButDoesNotDownloadIt() {
        String id = service.createActive(HELLO);
        service.get("/v2/images/" + id).as("rita").send(200);
        service.get(file(id)).as("rita").send(403);
        service.put(createRaw(), HELLO).as("rita").send(403);
        service.patch(id, "[{'op': 'replace', 'path': '/visibility', 'value': 'community'}]")
                .send(200);
        service.get(file(id)).as("bob").send(200);
    }

    @Test
    void deletionFreesTheBytes() throws IOException {
        String id = service.createActive(HELLO);
        service.delete("/v2/images/" + id).send(204);
        assertThat(service.library.find(new ImageId(id))).isNull();
        service.get(file(id)).send(404);
        String kept = service.createActive(HELLO);
        service.library.failDeletes(true);
        service.delete("/v2/images/" + kept).send(204);
        service.get("/v2/images/" + kept).send(404);
    }

    @Test
    void lostBytesAreAnsweredWithNothing() throws IOException {
        String id = service.createActive(HELLO);
        service.library.delete(new ImageId(id));
        service.get(file(id)).send(204);
    }

    /** An upload whose end the test decides on. */
    private final class SlowUpload implements AutoCloseable {
        private final Socket socket = service.socket();

        SlowUpload(String id) throws Exception {
            send(
                    "PUT "
                            + file(id)
                            + " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n"
                            + "Content-Type: application/octet-stream\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            while (!service.image(id).path("status").asText().equals("saving")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }

        private void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }

        int finish() throws IOException {
            send("0\r\n\r\n");
            return Integer.parseInt(RawRequest.line(socket.getInputStream()).split(" ", 3)[1]);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void whileBytesArriveTheImageCanBeChangedButNotUploadedTwice() throws Exception {
        String id = createRaw();
        try (SlowUpload upload = new SlowUpload(id)) {
            service.put(id, HELLO).send(409);
            service.get(file(id)).send(204);
            service.patch(id, "[{'op': 'replace', 'path': '/name', 'value': 'late'}]").send(200);
            service.call("POST", "/v2/images/" + id + "/actions/deactivate").send(403);
            service.patch(id, "[{'op': 'replace', 'path': '/disk_format', 'value': 'iso'}]")
                    .send(403);
            assertThat(upload.finish()).isEqualTo(204);
        }
        assertThat(service.image(id).path("status").asText()).isEqualTo("active");
        assertThat(service.library.list().getFirst().name()).isEqualTo("late");
        assertThat(service.get(file(id)).send(200).bytes()).isEqualTo(HELLO);
    }

    @Test
    void whoUploadsWhatIsDeletedIsToldThatItIsGone() throws Exception {
        String id = createRaw();
        try (SlowUpload upload = new SlowUpload(id)) {
            service.delete("/v2/images/" + id).send(204);
            assertThat(upload.finish()).isEqualTo(410);
        }
        assertThat(service.library.find(new ImageId(id))).isNull();
        service.post("/v2/images", "{'id': '" + id + "'}").send(409);
    }
}
