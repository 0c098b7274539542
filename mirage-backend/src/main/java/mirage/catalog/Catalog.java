package mirage.catalog;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Image to current manifest. Each change is atomic and durable when its method returns, and seen by every reader from
 * then on, whichever process made it; after a crash an entry is as it was before or as it is after. Safe for use by
 * many threads.
 */
public interface Catalog extends Closeable {
    /**
     * Null when the image is not here.
     *
     * @throws IOException when its entry is one of {@link #damaged()}
     */
    @Nullable CatalogEntry find(ImageId image) throws IOException;

    /** All entries that can be read, ordered by image id. */
    List<CatalogEntry> list() throws IOException;

    /**
     * Entries that are there and cannot be read, ordered by image id. They keep no other from being read, and are kept
     * as they are until {@link #remove(ImageId)}.
     */
    List<DamagedEntry> damaged() throws IOException;

    /**
     * Puts {@code next} in the place of {@code expected}: the swap that makes an image visible.
     *
     * @param expected what the caller has seen; null when the image must not be here
     * @param next of the same image
     * @throws CatalogConflictException when the catalog holds something else; nothing is changed then
     */
    void swap(@Nullable CatalogEntry expected, CatalogEntry next) throws IOException;

    /**
     * Forgets an image. Missing is no error.
     *
     * @return what was forgotten; null when nothing was here, or what was here could not be read
     */
    @Nullable CatalogEntry remove(ImageId image) throws IOException;

    /**
     * Forgets an image as the caller has seen it.
     *
     * @throws CatalogConflictException when the catalog holds something else; nothing is changed then
     */
    void remove(CatalogEntry expected) throws IOException;
}
