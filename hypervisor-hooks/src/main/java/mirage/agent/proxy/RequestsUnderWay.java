package mirage.agent.proxy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The requests that are being answered. A server that stops cuts their connections and does not wait for their threads,
 * which may be about to tidy up: nobody else may work with the agent's folder before they have.
 */
public final class RequestsUnderWay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RequestsUnderWay.class);

    private final Semaphore places = new Semaphore(Integer.MAX_VALUE);
    private final Duration patience;

    /**
     * @param patience how long it is waited for them
     */
    public RequestsUnderWay(Duration patience) {
        this.patience = patience;
    }

    /** Begins with one; to be closed at its end. */
    UnderWay begin() {
        places.acquireUninterruptibly();
        return places::release;
    }

    /** One of them. */
    @FunctionalInterface
    interface UnderWay extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for their ends. To be closed after all that they may wait for. */
    @Override
    public void close() {
        try {
            if (!places.tryAcquire(Integer.MAX_VALUE, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("requests are still being answered");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
