package mirage.glance.record;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A place where the bytes of an image are.
 *
 * @param store id of the store, empty for none that is known here
 * @param url such as {@code mirage://fast/2f6c…} or an address on the web
 * @param metadata what clients and stores say of the place
 */
public record ImageLocation(String store, String url, SortedMap<String, String> metadata) {
    public ImageLocation {
        if (url.isEmpty()) {
            throw new IllegalArgumentException("a location without URL in store " + store);
        }
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** A place without metadata. */
    public static ImageLocation at(String store, String url) {
        return new ImageLocation(store, url, Collections.emptySortedMap());
    }
}
