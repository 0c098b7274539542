package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import mirage.catalog.ImageId;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.Task;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A stop of the service while an import waits for a server that says nothing. */
@Timeout(60)
final class StoppedImportTest {
    @TempDir private Path directory;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    private void stall(HttpExchange exchange, boolean inTheBody) throws IOException {
        try {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            if (inTheBody) {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write(new byte[10]);
                exchange.getResponseBody().flush();
            }
            reached.countDown();
            end.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private void stopsAndLeavesTheTask(String path) throws Exception {
        HttpServer peer = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        peer.createContext("/head", exchange -> stall(exchange, false));
        peer.createContext("/body", exchange -> stall(exchange, true));
        var threads = Executors.newCachedThreadPool();
        peer.setExecutor(threads);
        peer.start();
        try {
            int port = peer.getAddress().getPort();
            TestService service = TestService.withStores(directory, port);
            String id = service.create("{'disk_format': 'raw', 'container_format': 'bare'}");
            service.post(
                            "/v2/images/" + id + "/import",
                            "{'method': {'name': 'web-download', 'uri': 'http://localhost:"
                                    + port
                                    + path
                                    + "'}}")
                    .send(202);
            reached.await();
            service.nodes.alive(TestService.NODE, Instant.now());
            service.close();

            assertThat(service.nodes.aliveAfter(Instant.EPOCH))
                    .as("the nodes whose tasks did not end in time")
                    .isEmpty();
            ImageRecord image = Objects.requireNonNull(service.records.find(new ImageId(id)));
            assertThat(image.status()).isEqualTo(ImageStatus.IMPORTING);
            assertThat(service.tasks.unfinished())
                    .singleElement()
                    .extracting(Task::status)
                    .isEqualTo(Task.Status.PROCESSING);
        } finally {
            end.countDown();
            peer.stop(0);
            threads.close();
        }
    }

    @Test
    void whatWaitsForBytesStops() throws Exception {
        stopsAndLeavesTheTask("/body");
    }

    @Test
    void whatWaitsForAnAnswerStops() throws Exception {
        stopsAndLeavesTheTask("/head");
    }
}
