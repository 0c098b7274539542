package mirage.glance.record;

import java.time.Instant;
import java.util.Set;

/**
 * The processes that serve on the same records, by name. Each says from time to time that it is alive; what one was at
 * when it died, another takes over. Safe for use by many threads.
 */
public interface Nodes {
    /** A node is alive. */
    void alive(String node, Instant now);

    /** A node ends. */
    void gone(String node);

    /** The nodes that were alive after an instant. */
    Set<String> aliveAfter(Instant instant);
}
