package mirage.glance.record;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hosts in memory: those of one process. */
public final class MemoryHosts implements Hosts {
    private final Map<String, Instant> seenAt = new HashMap<>();
    private final Map<ImageId, Instant> revokedAt = new HashMap<>();
    private final Set<Confirmation> confirmations = new HashSet<>();

    private record Confirmation(String host, ImageId image) {}

    @Override
    public synchronized Answer tell(
            String host, Set<ImageId> holds, Set<ImageId> removed, Instant now, int atMost) {
        Instant before = seenAt.put(host, now);
        holds.forEach(image -> confirmations.remove(new Confirmation(host, image)));
        for (ImageId image : toRemove(host, atMost)) {
            if (removed.contains(image) && !holds.contains(image)) {
                confirmations.add(new Confirmation(host, image));
            }
        }
        return new Answer(before, toRemove(host, atMost));
    }

    @Override
    public synchronized void revoke(ImageId image, Instant now) {
        revokedAt.putIfAbsent(image, now);
    }

    @Override
    public synchronized boolean isRevoked(ImageId image) {
        return revokedAt.containsKey(image);
    }

    @Override
    public synchronized @Nullable Revocation revocation(ImageId image, Instant seenAfter) {
        Instant at = revokedAt.get(image);
        if (at == null) {
            return null;
        }
        List<String> confirmed =
                confirmations.stream()
                        .filter(confirmation -> confirmation.image.equals(image))
                        .map(Confirmation::host)
                        .sorted()
                        .toList();
        List<String> outstanding =
                seenAt.entrySet().stream()
                        .filter(host -> host.getValue().isAfter(seenAfter))
                        .map(Map.Entry::getKey)
                        .filter(host -> !confirmed.contains(host))
                        .sorted()
                        .toList();
        return new Revocation(at, confirmed, outstanding);
    }

    @Override
    public synchronized void forget(Instant seenAfter) {
        seenAt.values().removeIf(time -> !time.isAfter(seenAfter));
    }

    private List<ImageId> toRemove(String host, int atMost) {
        return revokedAt.entrySet().stream()
                .filter(image -> !confirmations.contains(new Confirmation(host, image.getKey())))
                .sorted(
                        Map.Entry.<ImageId, Instant>comparingByValue()
                                .thenComparing(
                                        Comparator.comparing(image -> image.getKey().value())))
                .limit(atMost)
                .map(Map.Entry::getKey)
                .toList();
    }
}
