package mirage.glance.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;

import mirage.glance.http.ErrorBoundary;
import mirage.glance.http.HttpServer;
import mirage.glance.http.HttpSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Pattern;

@Timeout(60)
final class MetricsTest {
    /** A line of the exposition format 0.0.4 of Prometheus. */
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\"\\\\n])*\",?)*\\})?"
                            + " ([-+]?[0-9.]+([eE][-+]?[0-9]+)?|[+-]Inf|NaN)");

    @Test
    void aScrapeIsWhatPrometheusReads() throws Exception {
        try (Metrics metrics = new Metrics("1.2", "node \"one\"");
                HttpServer server =
                        HttpServer.start(
                                new ErrorBoundary(metrics.endpoint(), Duration.ZERO),
                                HttpSettings.plain(
                                                InetSocketAddress.createUnresolved("127.0.0.1", 0))
                                        .withStopTimeout(Duration.ZERO));
                HttpClient client = HttpClient.newHttpClient()) {
            metrics.bind(
                    registry -> Counter.builder("mirage.test").register(registry).increment(3));
            HttpResponse<String> scrape = get(client, server, "/metrics");
            assertThat(scrape.statusCode()).isEqualTo(200);
            assertThat(scrape.headers().firstValue("Content-Type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(scrape.body().lines().filter(line -> !line.startsWith("#")))
                    .isNotEmpty()
                    .allMatch(line -> SAMPLE.matcher(line).matches());
            assertThat(scrape.body())
                    .contains("mirage_test_total 3.0")
                    .contains("node=\"node \\\"one\\\"\"")
                    .contains("version=\"1.2\"")
                    .contains("jvm_memory_used_bytes", "process_files_open_files");
            assertThat(get(client, server, "/").statusCode()).isEqualTo(404);
            assertThat(get(client, server, "/metrics/x").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(HttpClient client, HttpServer server, String path)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.uri() + path)).build(),
                BodyHandlers.ofString());
    }
}
