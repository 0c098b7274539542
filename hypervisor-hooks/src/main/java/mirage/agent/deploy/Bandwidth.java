package mirage.agent.deploy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Holds transfers back to so many bytes per second, all together: each waits for its turn before it goes on, so that
 * over a time longer than a second no more than that goes through. Safe for use by many threads.
 */
public final class Bandwidth {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final long bytesPerSecond;
    private long free = System.nanoTime();

    /**
     * @param bytesPerSecond 0 for no limit
     */
    public Bandwidth(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until so many bytes may go through. */
    public void take(int bytes) throws IOException {
        if (bytesPerSecond == 0) {
            return;
        }
        long wait = turn(bytes) - System.nanoTime();
        if (wait > 0) {
            try {
                Thread.sleep(Duration.ofNanos(wait));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped");
            }
        }
    }

    private synchronized long turn(int bytes) {
        long now = System.nanoTime();
        long mine = Math.max(free, now);
        free = mine + (long) ((double) bytes / bytesPerSecond * SECOND);
        return mine;
    }
}
