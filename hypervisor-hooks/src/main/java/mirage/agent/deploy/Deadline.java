package mirage.agent.deploy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** When work must be done. It goes by a clock that nobody sets. */
public final class Deadline {
    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** What is left, never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /**
     * Ends the work when it is too late.
     *
     * @throws IOException when it is
     */
    public void check() throws IOException {
        if (end - System.nanoTime() <= 0) {
            throw new LateException();
        }
    }

    /**
     * Waits.
     *
     * @throws IOException when the deadline comes before the end of it
     */
    public void sleep(Duration time) throws IOException {
        if (time.compareTo(left()) >= 0) {
            throw new LateException();
        }
        try {
            Thread.sleep(time);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    /** It takes longer than it may. */
    public static final class LateException extends IOException {
        private static final long serialVersionUID = 1;

        LateException() {
            super("it takes longer than it may");
        }
    }
}
