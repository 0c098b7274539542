package mirage.filesystem;

import org.jspecify.annotations.Nullable;

import java.lang.ref.SoftReference;
import java.util.Map;

/**
 * What was used last, for as long as there is memory for it. A file system may keep a few MiB between one file and the
 * next; a disk that claims a thousand file systems must not make that GiB. Safe for use by many threads.
 */
public final class SoftCache<K, V> {
    private final int capacity;
    private SoftReference<Map<K, V>> kept;

    /**
     * @param capacity how many values are kept at most
     */
    public SoftCache(int capacity) {
        this.capacity = capacity;
        this.kept = new SoftReference<>(new RecentlyUsed<>(capacity));
    }

    /** The value of a key; null when it is not kept. */
    public synchronized @Nullable V get(K key) {
        Map<K, V> values = kept.get();
        return values == null ? null : values.get(key);
    }

    public synchronized void put(K key, V value) {
        Map<K, V> values = kept.get();
        if (values == null) {
            values = new RecentlyUsed<>(capacity);
            kept = new SoftReference<>(values);
        }
        values.put(key, value);
    }
}
