package mirage.glance.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * One line of log per request: who asked what, how it was answered, how much went in and out and how long it took. The
 * request's id, user and project are in the line's {@link mirage.log.LogContext}.
 */
public final class AccessLog implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger("mirage.glance.access");

    private final Endpoint next;
    private final LongSupplier nanoTime;

    /**
     * @param nanoTime as {@link System#nanoTime}
     */
    public AccessLog(Endpoint next, LongSupplier nanoTime) {
        this.next = next;
        this.nanoTime = nanoTime;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        long start = nanoTime.getAsLong();
        boolean whole = false;
        try {
            next.handle(exchange);
            whole = true;
        } finally {
            log(exchange, nanoTime.getAsLong() - start, whole);
        }
    }

    private static void log(Exchange exchange, long nanos, boolean whole) {
        // Load balancers ask every other second; that all is well is no news.
        boolean routine = Healthcheck.ROUTE.equals(exchange.route()) && exchange.status() == 200;
        long millis = Duration.ofNanos(nanos).toMillis();
        LOG.atLevel(routine ? Level.DEBUG : Level.INFO)
                .addKeyValue("remote", exchange.remote())
                .addKeyValue("method", exchange.method())
                .addKeyValue("path", exchange.rawPath())
                .addKeyValue("status", exchange.status())
                .addKeyValue("bytes_in", exchange.bytesIn())
                .addKeyValue("bytes_out", exchange.bytesOut())
                .addKeyValue("duration_ms", millis)
                .addKeyValue("complete", whole)
                .log(
                        "{} {} {} {} in={} out={} {} ms{}",
                        exchange.remote(),
                        exchange.method(),
                        exchange.rawPath(),
                        exchange.status(),
                        exchange.bytesIn(),
                        exchange.bytesOut(),
                        millis,
                        whole ? "" : " cut short");
    }
}
