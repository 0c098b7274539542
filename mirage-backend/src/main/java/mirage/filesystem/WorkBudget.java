package mirage.filesystem;

import java.io.IOException;

/**
 * How much work one walk may take, counted in bytes of metadata read and of records shown. An honest file system reads
 * each of its metadata blocks about once, so that a small multiple of its size is enough; a crafted one in which many
 * names lead to the same long structures is stopped.
 */
public final class WorkBudget {
    /** Room for small volumes, where the fixed costs are the larger part. */
    private static final long FLOOR = 256L << 20;

    /** However large the volume claims to be: minutes of work. */
    private static final long CEILING = 64L << 30;

    private static final int PER_VOLUME_BYTE = 8;

    private final long total;
    private long left;

    public WorkBudget(long volumeBytes) {
        total = FLOOR + Math.min(CEILING, PER_VOLUME_BYTE * Math.min(volumeBytes, CEILING));
        left = total;
    }

    public void charge(long bytes) throws ExhaustedException {
        left -= bytes;
        if (left < 0) {
            throw new ExhaustedException(
                    "more than "
                            + total
                            + " bytes of metadata work: the structures refer to one another in excess");
        }
    }

    /** Ends the walk; not a format exception, since those end only the file at hand. */
    public static final class ExhaustedException extends IOException {
        private static final long serialVersionUID = 1;

        ExhaustedException(String message) {
            super(message);
        }
    }
}
