package mirage.agent.build;

import java.time.Duration;

/**
 * How images are made.
 *
 * @param worthwhile how great a share of an image its delta may be, above 0 and at most 1
 * @param atOnce how many images are made at once; others wait
 * @param atMost how long one may take, waiting included
 * @param still for how much of that nothing may come of an image that somebody waits for
 */
public record BuildSettings(double worthwhile, int atOnce, Duration atMost, Duration still) {
    /** Above what a service takes to make a large delta. */
    public static final Duration STILL = Duration.ofMinutes(2);

    /** A delta of this many bytes is worthwhile, however small the image. */
    private static final long ALWAYS_BYTES = 16 * 1024;

    /** What a delta brings, which is told of those that are not made yet, is about so many times what it has. */
    private static final int COMPRESSION = 3;

    public BuildSettings {
        if (!(worthwhile > 0 && worthwhile <= 1) || atOnce < 1 || atMost.isNegative()) {
            throw new IllegalArgumentException(
                    "worthwhile " + worthwhile + ", " + atOnce + " at once, in " + atMost);
        }
    }

    /** The greatest delta that is fetched for an image. */
    long mostBytes(long imageLength) {
        return Math.max(ALWAYS_BYTES, (long) (imageLength * worthwhile));
    }

    /** Whether a delta is worth asking for. */
    boolean mayBeWorthwhile(long bytes, boolean ready, long imageLength) {
        long most = mostBytes(imageLength);
        return bytes <= (ready ? most : COMPRESSION * most);
    }
}
