package mirage.glance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import mirage.glance.http.Router.Route;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

@Timeout(60)
final class RequestMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        Router router =
                Router.of(
                        Route.at("/images/{image}")
                                .on("GET", exchange -> exchange.answer(200, "x/y", "image")),
                        Route.at("/images/{image}/file")
                                .on("GET", exchange -> exchange.answer(200, "x/y", "12345"))
                                .on("PUT", RequestMetricsTest::upload));
        server =
                HttpServer.start(
                        new RequestMetrics(
                                new ErrorBoundary(router, Duration.ofSeconds(1)), registry),
                        HttpSettings.plain(InetSocketAddress.createUnresolved("127.0.0.1", 0))
                                .withStopTimeout(Duration.ZERO));
    }

    private static void upload(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readAllBytes();
        if (body.length > 10) {
            throw HttpFailure.tooLarge("at most 10");
        }
        exchange.answerNoContent();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private int send(String method, String path, int bytes) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(server.uri() + path))
                                .method(
                                        method,
                                        bytes == 0
                                                ? BodyPublishers.noBody()
                                                : BodyPublishers.ofByteArray(new byte[bytes]))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private long requests(String route, String method, String status) {
        return registry.get("mirage.http.requests")
                .tags("route", route, "method", method, "status", status)
                .timer()
                .count();
    }

    private double counted(String name) {
        return registry.get(name).functionCounter().count();
    }

    @Test
    void requestsAreCountedByRouteMethodAndClassOfStatus() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(send("GET", "/images/" + i, 0)).isEqualTo(200);
            assertThat(send("GET", "/nowhere/" + i, 0)).isEqualTo(404);
            assertThat(send("X" + i, "/images/1", 0)).isEqualTo(405);
        }
        assertThat(requests("/images/{image}", "GET", "2xx")).isEqualTo(50);
        assertThat(requests("none", "GET", "4xx")).isEqualTo(50);
        assertThat(requests("/images/{image}", "other", "4xx")).isEqualTo(50);
        assertThat(registry.getMeters().stream().map(Meter::getId))
                .as("whatever clients ask for, meters stay few")
                .hasSizeLessThan(60);
    }

    @Test
    void bytesOfImagesAndFailuresOfUploadsAreCounted() throws Exception {
        assertThat(send("PUT", "/images/1/file", 7)).isEqualTo(204);
        assertThat(send("PUT", "/images/1/file", 30)).isEqualTo(413);
        assertThat(send("GET", "/images/1/file", 0)).isEqualTo(200);
        assertThat(send("GET", "/images/1", 0)).isEqualTo(200);
        assertThat(counted("mirage.image.received.bytes")).isEqualTo(37);
        assertThat(counted("mirage.image.sent.bytes")).isEqualTo(5);
        assertThat(
                        registry.get("mirage.upload.failures")
                                .tag("cause", "too_large")
                                .counter()
                                .count())
                .isEqualTo(1);
        assertThatThrownBy(() ->
                        registry.get("mirage.upload.failures").tag("cause", "client").counter())
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void anUploadUnderWayIsSeenAndOneThatIsCutHasAFailure() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(
                            "PUT /images/1/file HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1234"
                                    .getBytes(StandardCharsets.US_ASCII));
            await(() -> counted("mirage.image.received.bytes") == 4);
            assertThat(registry.get("mirage.http.requests.in.flight").gauge().value()).isOne();
        }
        await(() ->
                registry.find("mirage.upload.failures").tag("cause", "client").counter() != null);
        assertThat(requests("/images/{image}/file", "PUT", "cut")).isOne();
        assertThat(counted("mirage.image.received.bytes")).isEqualTo(4);
        assertThat(registry.get("mirage.http.requests.in.flight").gauge().value()).isZero();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
