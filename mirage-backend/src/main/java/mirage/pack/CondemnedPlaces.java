package mirage.pack;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where chunks were found damaged or gone since the store was opened. What lies there is stored again when somebody puts
 * it, and looked for elsewhere when somebody reads it. Not kept: the next reader finds out again.
 */
final class CondemnedPlaces {
    /** Some 20 MB; the rest of a store that is damaged wholly costs readers a try. */
    private static final int MAX = 100_000;

    private final Set<FrameId> frames = ConcurrentHashMap.newKeySet();
    private final Set<PackId> packs = ConcurrentHashMap.newKeySet();

    void add(FrameId frame) {
        if (frames.size() < MAX) {
            frames.add(frame);
        }
    }

    void add(PackId pack) {
        if (packs.size() < MAX) {
            packs.add(pack);
        }
    }

    boolean holds(ChunkPlace place) {
        return !(frames.isEmpty() && packs.isEmpty())
                && (packs.contains(place.pack()) || frames.contains(place.frameId()));
    }

    int count() {
        return frames.size() + packs.size();
    }
}
