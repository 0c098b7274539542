package mirage.agent.deploy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * When work must be done, and for how long it may stand still. It goes by a clock that nobody sets. Safe for use by many
 * threads.
 */
public final class Deadline {
    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final long end;
    private final Duration still;
    private volatile long moved = System.nanoTime();

    private Deadline(Duration all, Duration still) {
        this.end = System.nanoTime() + all.toNanos();
        this.still = still;
    }

    public static Deadline in(Duration time) {
        return new Deadline(time, time);
    }

    /**
     * That of work which somebody waits for.
     *
     * @param all how long it may take
     * @param still how long of that nothing may come of it
     */
    public static Deadline in(Duration all, Duration still) {
        return new Deadline(all, still);
    }

    /** That of work which may take as long as it takes, while something comes of it. */
    public static Deadline whileMoving(Duration still) {
        return new Deadline(FOREVER, still);
    }

    /** What is left if nothing comes of it, never negative. */
    public Duration left() {
        long now = System.nanoTime();
        long left = Math.min(end - now, still.toNanos() - (now - moved));
        return Duration.ofNanos(Math.max(0, left));
    }

    /**
     * Ends the work when it is too late.
     *
     * @throws IOException when it is
     */
    public void check() throws IOException {
        if (left().isZero()) {
            throw new LateException();
        }
    }

    /**
     * Something came of it.
     *
     * @throws IOException when it is too late
     */
    public void moved() throws IOException {
        check();
        moved = System.nanoTime();
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
