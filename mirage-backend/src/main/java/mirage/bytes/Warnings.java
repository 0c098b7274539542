package mirage.bytes;

import java.util.ArrayList;
import java.util.List;

/**
 * What an inspector found odd in a tenant's bytes and went on from. Bounded: hostile input cannot make it grow without
 * end; what did not fit is counted. Not for use by many threads at once.
 */
public final class Warnings {
    private static final int MAX_KEPT = 100;
    private static final int MAX_MESSAGE_CHARS = 500;

    private final List<String> kept = new ArrayList<>();
    private long dropped;

    /** Notes one oddity: what, where, expected and found. */
    public void add(String message) {
        if (kept.size() == MAX_KEPT) {
            dropped++;
            return;
        }
        kept.add(
                message.length() <= MAX_MESSAGE_CHARS
                        ? message
                        : message.substring(0, MAX_MESSAGE_CHARS) + "…");
    }

    /** The messages in the order they came, closed by a count of those that did not fit. */
    public List<String> messages() {
        List<String> all = new ArrayList<>(kept);
        if (dropped > 0) {
            all.add("and " + dropped + " more warnings");
        }
        return all;
    }
}
