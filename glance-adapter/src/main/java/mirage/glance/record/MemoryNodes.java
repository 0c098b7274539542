package mirage.glance.record;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Nodes in memory: those of one process. */
public final class MemoryNodes implements Nodes {
    private final Map<String, Instant> aliveAt = new HashMap<>();

    @Override
    public synchronized void alive(String node, Instant now) {
        aliveAt.put(node, now);
    }

    @Override
    public synchronized void gone(String node) {
        aliveAt.remove(node);
    }

    @Override
    public synchronized Set<String> aliveAfter(Instant instant) {
        return aliveAt.entrySet().stream()
                .filter(node -> node.getValue().isAfter(instant))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
