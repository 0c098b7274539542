package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What happens on the wire, where a proper client does not look. */
@Timeout(60)
final class WireTest {
    private static final byte[] BLOCK = new byte[64 * 1024];

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

    private String createRaw() {
        return service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String putHead(String id, String headers) {
        return "PUT /v2/images/"
                + id
                + "/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n"
                + "Content-Type: application/octet-stream\r\n"
                + headers
                + "\r\n";
    }

    private void requireQueued(String id) throws InterruptedException {
        for (int i = 0; i < 500 && !status(id).equals("queued"); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(status(id)).isEqualTo("queued");
        assertThat(service.image(id).path("size").isNull()).isTrue();
        assertThat(service.library.find(new ImageId(id))).isNull();
    }

    private String status(String id) {
        return service.image(id).path("status").asText();
    }

    @Test
    void aClientThatAsksMayGoOn() throws IOException {
        String id = createRaw();
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Content-Length: 5\r\nExpect: 100-continue\r\n"));
            InputStream in = socket.getInputStream();
            assertThat(RawRequest.line(in)).isEqualTo("HTTP/1.1 100 Continue");
            RawRequest.headers(in);
            send(socket, "hello");
            assertThat(RawRequest.line(in)).startsWith("HTTP/1.1 204");
        }
        assertThat(status(id)).isEqualTo("active");
    }

    @Test
    void aClientThatAsksIsRefusedBeforeItSends() throws IOException {
        String id = service.createActive(new byte[1]);
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Content-Length: 5000000\r\nExpect: 100-continue\r\n"));
            assertThat(RawRequest.line(socket.getInputStream())).startsWith("HTTP/1.1 409");
        }
    }

    @Test
    void aClientThatIsStillSendingReadsWhyItIsRefused() throws IOException {
        String id = service.createActive(new byte[1]);
        int length = 40_000_000;
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Content-Length: " + length + "\r\n"));
            OutputStream out = socket.getOutputStream();
            for (int sent = 0; sent < length; sent += BLOCK.length) {
                out.write(BLOCK, 0, Math.min(BLOCK.length, length - sent));
            }
            assertThat(RawRequest.line(socket.getInputStream())).startsWith("HTTP/1.1 409");
        }
    }

    @Test
    void aClientThatGoesAwayLeavesTheImageQueued() throws Exception {
        String id = createRaw();
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Content-Length: 1000000\r\n"));
            socket.getOutputStream().write(BLOCK);
            while (!status(id).equals("saving")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
        requireQueued(id);
        service.put(id, new byte[3]).send(204);
    }

    @Test
    void aChunkThatIsNoneLeavesTheImageQueued() throws Exception {
        String id = createRaw();
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Transfer-Encoding: chunked\r\n"));
            send(socket, "5\r\nhello\r\nthis is no chunk\r\n");
            assertThat(RawRequest.line(socket.getInputStream())).startsWith("HTTP/1.1 400");
        }
        requireQueued(id);
    }

    @Test
    void chunksWithoutAnEndLeaveTheImageQueued() throws Exception {
        String id = createRaw();
        try (Socket socket = service.socket()) {
            send(socket, putHead(id, "Transfer-Encoding: chunked\r\n"));
            send(socket, "5\r\nhello\r\n");
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        }
        requireQueued(id);
    }

    /** Damage found in mid-download must not look like the end of an image. */
    @Test
    void aDownloadThatFailsIsCutShort() throws IOException {
        byte[] data = new byte[2_000_000];
        String id = service.createActive(data);
        service.library.failReadsAt(1_000_000);
        assertThatThrownBy(() -> service.get("/v2/images/" + id + "/file").send())
                .isInstanceOf(UncheckedIOException.class);
        try (Socket socket = service.socket()) {
            send(
                    socket,
                    "GET /v2/images/"
                            + id
                            + "/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n\r\n");
            InputStream in = socket.getInputStream();
            assertThat(RawRequest.line(in)).startsWith("HTTP/1.1 200");
            RawRequest.headers(in);
            assertThat(readToEndOrReset(in)).isLessThanOrEqualTo(1_000_000);
        }
    }

    @Test
    void aDownloadThatFailsAtOnceIsAnError() {
        String id = service.createActive(new byte[9]);
        service.library.failReadsAt(0);
        service.get("/v2/images/" + id + "/file").send(500);
    }

    private static long readToEndOrReset(InputStream in) {
        long read = 0;
        try {
            while (in.read() >= 0) {
                read++;
            }
        } catch (SocketTimeoutException stillOpen) {
            throw new AssertionError("the connection stays open after " + read, stillOpen);
        } catch (IOException reset) {
            return read;
        }
        return read;
    }

    /** A client that does not read stops the library's writes: the server holds no image in memory. */
    @Test
    void aSlowReaderHoldsTheDownloadUp() throws Exception {
        String id = service.createActive(new byte[(int) TestService.SIZE_CAP]);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(32 * 1024);
            socket.setSoTimeout(15_000);
            socket.connect(new InetSocketAddress("127.0.0.1", service.port()));
            send(
                    socket,
                    "GET /v2/images/"
                            + id
                            + "/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n\r\n");
            TimeUnit.MILLISECONDS.sleep(500);
            // What the kernel's buffers hold, and no more.
            assertThat(service.library.taken()).isPositive().isLessThan(TestService.SIZE_CAP);
            InputStream in = socket.getInputStream();
            assertThat(RawRequest.line(in)).startsWith("HTTP/1.1 200");
            RawRequest.headers(in);
            assertThat(in.readNBytes((int) TestService.SIZE_CAP))
                    .hasSize((int) TestService.SIZE_CAP);
        }
    }

    @Test
    void headHasNoBody() {
        String answer =
                RawRequest.exchange(
                        service,
                        "HEAD /v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n"
                                + "Connection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 405")
                .contains("Allow: GET, POST")
                .endsWith("\r\n\r\n");
    }

    @Test
    void whatIsNoHttpIsRefusedInPlainText() {
        assertThat(RawRequest.exchange(service, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
        String tooLong =
                RawRequest.exchange(
                        service,
                        "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(40_000) + "\r\n\r\n");
        assertThat(tooLong).startsWith("HTTP/1.1 431");
        String nul =
                RawRequest.exchange(
                        service,
                        "GET /v2/images/a%00b HTTP/1.1\r\nHost: x\r\nX-Auth-Token: alice\r\n"
                                + "Accept: */*\r\nConnection: close\r\n\r\n");
        assertThat(nul).startsWith("HTTP/1.1 400").doesNotContain("Jetty");
    }

    @Test
    void aStopGivesUploadsTimeAndThenCutsThemOff() throws Exception {
        String quick = createRaw();
        String stuck = createRaw();
        try (Socket first = service.socket();
                Socket second = service.socket()) {
            send(first, putHead(quick, "Content-Length: 10\r\n"));
            send(second, putHead(stuck, "Content-Length: 10\r\n"));
            send(first, "hello");
            send(second, "hello");
            while (!status(quick).equals("saving") || !status(stuck).equals("saving")) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            Thread stop = Thread.ofVirtual().start(service::stop);
            TimeUnit.MILLISECONDS.sleep(300);
            send(first, "world");
            assertThat(RawRequest.line(first.getInputStream())).startsWith("HTTP/1.1 204");
            stop.join(20_000);
            assertThat(stop.isAlive()).isFalse();
        }
        assertThat(recorded(quick)).isEqualTo("active");
        assertThat(recorded(stuck)).isEqualTo("queued");
        assertThat(service.library.find(new ImageId(stuck))).isNull();
    }

    private String recorded(String id) {
        return Objects.requireNonNull(service.records.find(new ImageId(id))).status().wireName();
    }
}
