package mirage.glance.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Proxies in front, and stops. */
@Timeout(60)
final class HttpServerTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir Path directory;

    private static HttpServer start(
            Endpoint endpoint, boolean proxyHeaders, Duration drain, Duration stop)
            throws IOException {
        HttpSettings plain = HttpSettings.plain(InetSocketAddress.createUnresolved("127.0.0.1", 0));
        return HttpServer.start(
                endpoint,
                new HttpSettings(
                        plain.listen(),
                        null,
                        proxyHeaders,
                        null,
                        plain.idleTimeout(),
                        plain.requestHeaderBytes(),
                        drain,
                        stop));
    }

    private static Socket connect(HttpServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The answer's head and body, both as text. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        String length = head.toString().replaceFirst("(?s).*Content-Length: ([0-9]+).*", "$1");
        return head
                + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
    }

    private static final Endpoint WHERE =
            exchange ->
                    exchange.answer(200, "text/plain", exchange.origin() + " " + exchange.remote());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                    | http://h:1 127.0.0.1",
                "X-Forwarded-Proto: https            | https://h:1 127.0.0.1",
                "X-Forwarded-Proto: gopher           | http://h:1 127.0.0.1",
                "X-Forwarded-Host: cloud.example.org | http://cloud.example.org 127.0.0.1",
                "X-Forwarded-Host: a:8080, b         | http://a:8080 127.0.0.1",
                "X-Forwarded-Host: a/../b            | http://h:1 127.0.0.1",
                "X-Forwarded-Host: <script>          | http://h:1 127.0.0.1",
                "X-Forwarded-Prefix: /image          | http://h:1/image 127.0.0.1",
                "X-Forwarded-Prefix: /a/b/           | http://h:1/a/b 127.0.0.1",
                "X-Forwarded-Prefix: //evil.org      | http://h:1 127.0.0.1",
                "X-Forwarded-Prefix: image           | http://h:1 127.0.0.1",
                "X-Forwarded-For: 10.1.2.3, 10.0.0.1 | http://h:1 10.1.2.3",
                "X-Forwarded-For: [2001:db8::1]:99   | http://h:1 [2001:db8::1]:99",
                "X-Forwarded-For: no one at all      | http://h:1 127.0.0.1",
            })
    void headersOfProxiesCountOnlyWhenSwitchedOn(String header, String seen) throws Exception {
        String request =
                "GET / HTTP/1.1\r\nHost: h:1\r\n"
                        + (header == null ? "" : header + "\r\n")
                        + "\r\n";
        try (HttpServer believing = start(WHERE, true, Duration.ZERO, Duration.ZERO);
                HttpServer other = start(WHERE, false, Duration.ZERO, Duration.ZERO);
                Socket toBelieving = connect(believing);
                Socket toOther = connect(other)) {
            send(toBelieving, request);
            assertThat(answer(toBelieving)).endsWith("\r\n\r\n" + seen);
            send(toOther, request);
            assertThat(answer(toOther)).endsWith("\r\n\r\nhttp://h:1 127.0.0.1");
        }
    }

    /** Reads the body and tells its length; the first byte opens the latch. */
    private static Endpoint counting(CountDownLatch begun) {
        return exchange -> {
            int length = 0;
            InputStream body = exchange.body();
            while (body.read() >= 0) {
                length++;
                begun.countDown();
            }
            exchange.answer(200, "text/plain", "read " + length);
        };
    }

    private static Thread stopping(HttpServer server) {
        return Thread.ofVirtual().start(server::close);
    }

    private static void assertEnds(Thread stop) throws InterruptedException {
        stop.join(20_000);
        assertThat(stop.isAlive()).isFalse();
    }

    private static final String UPLOAD = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n";

    @Test
    void aStopLetsASlowUploadEndAndTakesNoConnections() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        HttpServer server = start(counting(begun), false, Duration.ZERO, LONG);
        try (Socket upload = connect(server);
                Socket idle = connect(server)) {
            send(upload, UPLOAD + "hello");
            begun.await();
            Thread stop = stopping(server);
            awaitRefusal(server);
            // Longer than Jetty by itself leaves a connection that nothing moves on at a stop.
            TimeUnit.MILLISECONDS.sleep(1500);
            assertThat(stop.isAlive()).isTrue();
            send(upload, "world");
            assertThat(answer(upload)).startsWith("HTTP/1.1 200").endsWith("read 10");
            assertEnds(stop);
            assertThat(idle.getInputStream().read())
                    .as("a connection without request")
                    .isNegative();
        }
    }

    private static void awaitRefusal(HttpServer server) throws Exception {
        int port = server.port();
        while (port > 0) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(probe.isConnected()).isTrue();
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (ConnectException refused) {
                return;
            }
        }
    }

    /** Otherwise a client would send its next request into a connection that has ended. */
    @Test
    void whoIsToldThatARequestIsMalformedIsToldThatItsConnectionEnds() throws Exception {
        try (HttpServer server = start(Exchange::isAnswered, false, Duration.ZERO, LONG)) {
            for (String malformed :
                    List.of("DELETE /a%00 HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n")) {
                try (Socket socket = connect(server)) {
                    send(socket, malformed);
                    assertThat(answer(socket))
                            .as(malformed)
                            .startsWith("HTTP/1.1 400")
                            .contains("\r\nConnection: close\r\n");
                    assertThat(socket.getInputStream().read()).as(malformed).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void whoIsTooSlowIsCut() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        HttpServer server = start(counting(begun), false, Duration.ZERO, Duration.ofMillis(200));
        try (Socket upload = connect(server)) {
            send(upload, UPLOAD + "hello");
            begun.await();
            assertEnds(stopping(server));
            assertThat(answer(upload)).doesNotContain("200");
            assertThat(server.inFlight()).isZero();
        }
    }

    @Test
    void hurryingCutsAtOnceWhatWouldBeWaitedFor() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        HttpServer server = start(counting(begun), false, LONG, LONG);
        try (Socket upload = connect(server)) {
            send(upload, UPLOAD + "hello");
            begun.await();
            Thread stop = stopping(server);
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(stop.isAlive()).isTrue();
            server.hurry();
            assertEnds(stop);
            assertThat(answer(upload)).doesNotContain("200");
        }
    }

    @Test
    void whileItDrainsItServesAndSendsClientsElsewhere() throws Exception {
        Readiness readiness = Readiness.unless(directory.resolve("disabled"));
        Endpoint endpoint = new Healthcheck(WHERE, readiness);
        HttpServer server = start(endpoint, false, LONG, LONG);
        try (Socket before = connect(server)) {
            send(before, "GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(answer(before)).startsWith("HTTP/1.1 200").doesNotContain("Connection");
            readiness.stopping();
            Thread stop = stopping(server);
            TimeUnit.MILLISECONDS.sleep(200);
            try (Socket check = connect(server)) {
                send(check, "GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n");
                assertThat(answer(check)).startsWith("HTTP/1.1 503").endsWith("STOPPING");
            }
            send(before, "GET / HTTP/1.1\r\nHost: h:1\r\n\r\n");
            assertThat(answer(before))
                    .startsWith("HTTP/1.1 200")
                    .contains("Connection: close")
                    .endsWith("http://h:1 127.0.0.1");
            assertThat(before.getInputStream().read()).isNegative();
            server.hurry();
            assertEnds(stop);
        }
    }

    @Test
    void aFileTakesTheServiceOutOfRotation() throws Exception {
        Path file = directory.resolve("disabled");
        Endpoint endpoint = new Healthcheck(WHERE, Readiness.unless(file));
        try (HttpServer server = start(endpoint, false, Duration.ZERO, Duration.ZERO);
                Socket socket = connect(server)) {
            Files.createFile(file);
            send(socket, "GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 503").endsWith("DISABLED BY FILE");
        }
    }
}
