package mirage.deploy;

import java.time.Duration;

/**
 * How a {@link Shelf} works.
 *
 * @param budgetBytes what it takes on disk; what was made last stays, also when it is more
 * @param makers how many are made at a time
 * @param mostWaiting how many more may wait to be made
 * @param patience how long who asks waits for one to be made
 */
public record ShelfSettings(long budgetBytes, int makers, int mostWaiting, Duration patience) {
    private static final int MOST_WAITING = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    public ShelfSettings {
        if (budgetBytes < 0 || makers < 1 || mostWaiting < 0 || patience.isNegative()) {
            throw new IllegalArgumentException(
                    budgetBytes + " bytes, " + makers + " makers, " + mostWaiting + " waiting");
        }
    }

    public static ShelfSettings of(long budgetBytes, int makers) {
        return new ShelfSettings(budgetBytes, makers, MOST_WAITING, PATIENCE);
    }
}
