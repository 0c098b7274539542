package mirage.glance.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Measures requests. Meters are named by routes, such as {@code /images/{image}/file}, by methods and classes of
 * statuses, all of which are few whatever clients send.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>mirage_http_requests_seconds</td><td>histogram by route, method and status class</td></tr>
 *   <tr><td>mirage_http_requests_in_flight</td><td>under way now</td></tr>
 *   <tr><td>mirage_image_received_bytes_total, mirage_image_sent_bytes_total</td><td>bytes of images, also of
 *       transfers that are under way</td></tr>
 *   <tr><td>mirage_upload_failures_total</td><td>by cause</td></tr>
 * </table>
 */
public final class RequestMetrics implements Endpoint {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final String OTHER = "other";
    private static final String NO_ROUTE = "none";

    /** From an answer out of memory to an image over a slow line. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10),
        Duration.ofHours(1)
    };

    private final Endpoint next;
    private final MeterProvider<Timer> requests;
    private final MeterProvider<Counter> uploadFailures;
    private final Set<Exchange> underWay = new HashSet<>();
    private long received;
    private long sent;

    public RequestMetrics(Endpoint next, MeterRegistry registry) {
        this.next = next;
        this.requests =
                Timer.builder("mirage.http.requests")
                        .description("Requests, from their head to the end of their answer")
                        .serviceLevelObjectives(BUCKETS)
                        .withRegistry(registry);
        this.uploadFailures =
                Counter.builder("mirage.upload.failures")
                        .description("Uploads that did not become an image")
                        .withRegistry(registry);
        Gauge.builder("mirage.http.requests.in.flight", this, RequestMetrics::inFlight)
                .description("Requests under way")
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("mirage.image.received.bytes", this, RequestMetrics::received)
                .description("Bytes of images that clients sent, with uploads under way")
                .register(registry);
        FunctionCounter.builder("mirage.image.sent.bytes", this, RequestMetrics::sent)
                .description("Bytes of images that were sent to clients, with downloads under way")
                .register(registry);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        long start = System.nanoTime();
        boolean whole = false;
        begin(exchange);
        try {
            next.handle(exchange);
            whole = true;
        } finally {
            end(exchange);
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            String route = exchange.route();
            requests.withTags(
                            "route", route == null ? NO_ROUTE : route,
                            "method",
                                    METHODS.contains(exchange.method()) ? exchange.method() : OTHER,
                            "status", whole ? exchange.status() / 100 + "xx" : "cut")
                    .record(time);
            String cause = isUpload(exchange) ? causeOfFailure(exchange, whole) : null;
            if (cause != null) {
                uploadFailures.withTag("cause", cause).increment();
            }
        }
    }

    /** Null when there was none. */
    private static @Nullable String causeOfFailure(Exchange exchange, boolean whole) {
        if (!whole) {
            return "client";
        }
        int status = exchange.status();
        return switch (status) {
            case 400 -> "client";
            case 401, 403, 404 -> "not_allowed";
            case 409 -> "conflict";
            case 410 -> "deleted";
            case 413 -> "too_large";
            case 415 -> "format";
            default -> status >= 500 ? "service" : status >= 400 ? OTHER : null;
        };
    }

    /** Routes that end with the bytes of an image. */
    private static boolean carriesImage(Exchange exchange) {
        String route = exchange.route();
        return route != null && (route.endsWith("/file") || route.endsWith("/stage"));
    }

    private static boolean isUpload(Exchange exchange) {
        return carriesImage(exchange) && exchange.method().equals("PUT");
    }

    private static boolean isDownload(Exchange exchange) {
        return carriesImage(exchange) && exchange.method().equals("GET");
    }

    private synchronized void begin(Exchange exchange) {
        underWay.add(exchange);
    }

    private synchronized void end(Exchange exchange) {
        underWay.remove(exchange);
        received += receivedBy(exchange);
        sent += sentBy(exchange);
    }

    private synchronized double inFlight() {
        return underWay.size();
    }

    private synchronized double received() {
        return received + sum(RequestMetrics::receivedBy);
    }

    private synchronized double sent() {
        return sent + sum(RequestMetrics::sentBy);
    }

    private long sum(ToLongFunction<Exchange> bytes) {
        return underWay.stream().mapToLong(bytes).sum();
    }

    private static long receivedBy(Exchange exchange) {
        return isUpload(exchange) ? exchange.bytesIn() : 0;
    }

    private static long sentBy(Exchange exchange) {
        return isDownload(exchange) ? exchange.bytesOut() : 0;
    }
}
