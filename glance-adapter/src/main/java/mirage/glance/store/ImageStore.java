package mirage.glance.store;

import mirage.glance.record.ImageLocation;

import java.io.IOException;
import java.util.Map;

/** A named place where bytes of images are. Safe for use by many threads. */
public sealed interface ImageStore permits LibraryStore, WebStore {
    /** Its name, by which operators and clients call it. */
    String id();

    /** What operators say of it, may be empty. */
    String description();

    /** Of several stores that have an image, one of greater weight is read first. */
    int weight();

    /** Kind of the store, such as {@code mirage}. */
    String type();

    /** What administrators are told of it. */
    Map<String, String> properties();

    /** Whether images cannot be put there. */
    boolean isReadOnly();

    /** Whether a location is one of this store. */
    boolean holds(ImageLocation location);

    /**
     * Opens the bytes at one of its locations.
     *
     * @throws mirage.library.ImageNotFoundException when there are none
     * @throws IOException when they cannot be read now
     */
    StoredBytes open(ImageLocation location) throws IOException;

    /**
     * Removes the bytes at one of its locations, if they are this store's to remove. Missing ones are no error.
     */
    void delete(ImageLocation location) throws IOException;
}
