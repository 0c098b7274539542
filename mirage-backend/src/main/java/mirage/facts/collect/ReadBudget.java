package mirage.facts.collect;

import java.io.IOException;

/**
 * How many bytes may be read, and made of those, for the facts of one image. Honest images need a few MiB, those with a large rpm database
 * some hundred; a crafted one that has a hundred thousand of them is stopped.
 */
public final class ReadBudget {
    private final long total;
    private long left;

    public ReadBudget(long bytes) {
        total = bytes;
        left = bytes;
    }

    void charge(long bytes) throws ExhaustedException {
        left -= bytes;
        if (left < 0) {
            throw new ExhaustedException("more than " + total + " bytes of work for facts");
        }
    }

    /** Ends the work on the image; not a format exception, since those end only the file at hand. */
    public static final class ExhaustedException extends IOException {
        private static final long serialVersionUID = 1;

        ExhaustedException(String message) {
            super(message);
        }
    }
}
