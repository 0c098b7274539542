package mirage.glance.store;

import mirage.glance.record.ImageLocation;
import mirage.glance.record.ImageRecord;
import mirage.library.ImageNotFoundException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The stores of this service, in the order in which they were configured. One that images can be put in is the default.
 */
public final class ImageStores {
    private static final Logger LOG = LoggerFactory.getLogger(ImageStores.class);

    private final Map<String, ImageStore> stores = new LinkedHashMap<>();
    private final LibraryStore byDefault;
    private final boolean isNamed;

    private ImageStores(List<? extends ImageStore> all, LibraryStore byDefault, boolean isNamed) {
        all.forEach(store -> stores.put(store.id(), store));
        if (stores.size() != all.size() || !stores.containsKey(byDefault.id())) {
            throw new IllegalArgumentException(
                    "stores " + stores.keySet() + ", default " + byDefault.id());
        }
        this.byDefault = byDefault;
        this.isNamed = isNamed;
    }

    /** One store, of which clients are not told that it has a name. */
    public static ImageStores single(LibraryStore store) {
        return new ImageStores(List.of(store), store, false);
    }

    /**
     * Stores that clients know by name.
     *
     * @param byDefault one of them
     */
    public static ImageStores named(List<ImageStore> all, LibraryStore byDefault) {
        return new ImageStores(all, byDefault, true);
    }

    /** Whether clients know the stores by name. */
    public boolean areNamed() {
        return isNamed;
    }

    public List<ImageStore> all() {
        return List.copyOf(stores.values());
    }

    /** Those that images can be put in. */
    public List<LibraryStore> writable() {
        List<LibraryStore> writable = new ArrayList<>();
        for (ImageStore store : stores.values()) {
            if (store instanceof LibraryStore library) {
                writable.add(library);
            }
        }
        return writable;
    }

    public LibraryStore byDefault() {
        return byDefault;
    }

    /** Whether a store is the default one. */
    public boolean isDefault(ImageStore store) {
        return store.id().equals(byDefault.id());
    }

    /** The store of that name, null when there is none. */
    public @Nullable ImageStore find(String id) {
        return stores.get(id);
    }

    /** The store of a location, null when it is in none of these. */
    public @Nullable ImageStore of(ImageLocation location) {
        ImageStore named = stores.get(location.store());
        if (named != null && named.holds(location)) {
            return named;
        }
        return stores.values().stream()
                .filter(store -> store.holds(location))
                .findFirst()
                .orElse(null);
    }

    /**
     * The locations of an image in the order in which to read them: stores of greater weight first, else as they are.
     *
     * @param preferred ids of the stores that a client would have first
     */
    public List<ImageLocation> inReadOrder(ImageRecord image, List<String> preferred) {
        List<ImageLocation> ordered = new ArrayList<>(image.locations());
        ordered.sort(
                Comparator.comparingInt((ImageLocation location) -> rank(location, preferred))
                        .thenComparing(Comparator.comparingInt(this::weight).reversed()));
        return ordered;
    }

    /**
     * Opens the bytes of an image at the first of its places that has them.
     *
     * @param preferred as of {@link #inReadOrder}
     * @return null when no place has them
     * @throws IOException when a place may have them and cannot be read
     */
    public @Nullable StoredBytes openFirst(ImageRecord image, List<String> preferred)
            throws IOException {
        IOException unreadable = null;
        for (ImageLocation location : inReadOrder(image, preferred)) {
            ImageStore store = of(location);
            try {
                if (store != null) {
                    return store.open(location);
                }
            } catch (ImageNotFoundException lost) {
                LOG.error("image {}: {} has no bytes", image.id(), location.url());
            } catch (IOException failure) {
                LOG.error("image {}: {} cannot be read", image.id(), location.url(), failure);
                unreadable = failure;
            }
        }
        if (unreadable != null) {
            throw unreadable;
        }
        return null;
    }

    /** The names of the stores that have an image, sorted. */
    public List<String> namesOf(ImageRecord image) {
        TreeSet<String> names = new TreeSet<>();
        for (ImageLocation location : image.locations()) {
            if (!location.store().isEmpty()) {
                names.add(location.store());
            }
        }
        return List.copyOf(names);
    }

    private static int rank(ImageLocation location, List<String> preferred) {
        int rank = preferred.indexOf(location.store());
        return rank < 0 ? preferred.size() : rank;
    }

    private int weight(ImageLocation location) {
        ImageStore store = of(location);
        return store == null ? Integer.MIN_VALUE : store.weight();
    }
}
