package mirage.image.block;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the values used last. Safe for use by many threads; loading is done outside the lock, so two threads that miss
 * the same key at the same time both load it.
 */
public final class BoundedCache<V> {
    private final Map<Long, V> values;

    public BoundedCache(int maxValues) {
        values =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
                        return size() > maxValues;
                    }
                };
    }

    public V get(long key, Loader<V> loader) throws IOException {
        synchronized (values) {
            V known = values.get(key);
            if (known != null) {
                return known;
            }
        }
        V loaded = loader.load();
        synchronized (values) {
            values.put(key, loaded);
        }
        return loaded;
    }

    /** Makes a value that is not kept. */
    public interface Loader<V> {
        V load() throws IOException;
    }
}
