package mirage.glance.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** One line of log per request. */
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
            LOG.info(
                    "{} {} {} {} in={} out={} {} ms{}",
                    exchange.requestId().isEmpty() ? "-" : exchange.requestId(),
                    exchange.method(),
                    exchange.rawPath(),
                    exchange.status(),
                    exchange.bytesIn(),
                    exchange.bytesOut(),
                    Duration.ofNanos(nanoTime.getAsLong() - start).toMillis(),
                    whole ? "" : " cut short");
        }
    }
}
