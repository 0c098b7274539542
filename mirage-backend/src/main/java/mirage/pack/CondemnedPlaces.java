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

    /** Those for which nobody has asked yet what others stored. */
    private final Set<Object> news = ConcurrentHashMap.newKeySet();

    void add(FrameId frame) {
        if (frames.size() < MAX && frames.add(frame)) {
            news.add(frame);
        }
    }

    void add(PackId pack) {
        if (packs.size() < MAX && packs.add(pack)) {
            news.add(pack);
        }
    }

    /** Whether it is worth to look at once for what others stored instead. */
    boolean isNews(ChunkPlace place) {
        return news.contains(place.frameId()) || news.contains(place.pack());
    }

    /** After that was looked for: from now on it is found in time, or when it comes. */
    void noNews(ChunkPlace place) {
        news.remove(place.frameId());
        news.remove(place.pack());
    }

    boolean holds(ChunkPlace place) {
        return !(frames.isEmpty() && packs.isEmpty())
                && (packs.contains(place.pack()) || frames.contains(place.frameId()));
    }

    int count() {
        return frames.size() + packs.size();
    }
}
