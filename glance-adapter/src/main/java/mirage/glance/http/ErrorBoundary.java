package mirage.glance.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Turns what is thrown behind it into answers. When an answer has begun already it cannot be turned: what was thrown
 * goes on, and the connection is cut.
 */
public final class ErrorBoundary implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorBoundary.class);
    private static final int DRAIN_BUFFER_BYTES = 64 * 1024;

    private final Endpoint next;
    private final Duration patience;

    /**
     * @param patience how long a refused body is read on. A client that is still sending sees a reset connection
     *     instead of the answer when the server closes at once.
     */
    public ErrorBoundary(Endpoint next, Duration patience) {
        this.next = next;
        this.patience = patience;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            next.handle(exchange);
        } catch (HttpFailure failure) {
            if (exchange.isCommitted()) {
                throw failure;
            }
            answer(exchange, failure);
        } catch (RuntimeException failure) {
            LOG.error("{} {} failed", exchange.method(), exchange.rawPath(), failure);
            if (exchange.isCommitted()) {
                throw failure;
            }
            answer(
                    exchange,
                    new HttpFailure(
                            500,
                            "The server has either erred or is incapable of performing the"
                                    + " requested operation."));
        }
    }

    private void answer(Exchange exchange, HttpFailure failure) throws IOException {
        exchange.restart();
        failure.headers().forEach(exchange::answerHeader);
        ErrorPage page =
                ErrorPage.of(failure.status(), failure.message(), exchange.header("Accept"));
        exchange.answer(failure.status(), page.contentType(), page.body());
        drain(exchange);
    }

    private void drain(Exchange exchange) {
        if (!exchange.hasBody() || exchange.clientHoldsBodyBack()) {
            return;
        }
        long end = System.nanoTime() + patience.toNanos();
        byte[] buffer = new byte[DRAIN_BUFFER_BYTES];
        try {
            InputStream body = exchange.body();
            while (System.nanoTime() - end < 0) {
                if (body.read(buffer) < 0) {
                    return;
                }
            }
        } catch (IOException gone) {
            LOG.debug("client went while its refused body was read", gone);
        }
    }
}
