package mirage.library;

import mirage.catalog.DamagedEntry;
import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;

/**
 * The image library: what is stored comes back bit-exact. Safe for use by many threads.
 *
 * <p>An image is here from the moment {@link #store} returned until {@link #delete}; a crash before that leaves
 * nothing of it, a crash after it loses nothing of it. Several processes may have one library open, each its own
 * object; what one did is seen by all as soon as its method returned.
 */
public interface ImageLibrary extends Closeable {
    /**
     * Reads an upload to its end and keeps it. Returns when the image is acknowledged: its bytes are durable (spooled
     * or structured, as the library's settings say) and {@link #open} gives them back.
     *
     * @param image an id that is not in the library
     * @param name a label for people, not unique, may be empty
     * @param upload read on the calling thread, until its end; what it throws fails the upload and is passed on
     * @return what was kept
     * @throws ImageExistsException when the library has the image or is receiving it
     * @throws IOException when the upload or the store fails; nothing of the image is kept then
     */
    StoredImage store(ImageId image, String name, InputStream upload) throws IOException;

    /** What is known of an image, or null when it is not here. */
    @Nullable StoredImage find(ImageId image) throws IOException;

    /** Every image that is not among the {@link #damaged()}, ordered by id. */
    List<StoredImage> list() throws IOException;

    /**
     * Images that are here and of which nothing can be told: the catalog's entry cannot be read. They are kept as they
     * are, refused by every other method but {@link #delete}, and in no list. An image of which only the manifest is
     * damaged is in the {@link #list()}, with a warning.
     */
    List<DamagedEntry> damaged() throws IOException;

    /**
     * Changes the label.
     *
     * @throws ImageNotFoundException when the image is not here
     */
    void rename(ImageId image, String name) throws IOException;

    /**
     * Puts an image under another id; its label goes with it. Who has it open goes on reading. A reader finds it under
     * the one id or the other, or for a moment under both; so it is after a crash, and then a repeat finishes the move.
     *
     * @throws ImageNotFoundException when nothing is under {@code from}: it may have been moved before
     * @throws ImageExistsException when the library has another image under {@code to}, or is receiving one; nothing is
     *     changed then
     */
    void move(ImageId from, ImageId to) throws IOException;

    /**
     * Waits until an image has been taken apart, whichever process does it.
     *
     * @return what is known of the image then, or when the time is up: its state tells which
     * @throws ImageNotFoundException when the image is not here, or is deleted or moved away meanwhile
     */
    StoredImage awaitStructured(ImageId image, Duration atMost) throws IOException;

    /** Forgets an image. Downloads under way end well or fail, they never get wrong bytes. Missing is no error. */
    void delete(ImageId image) throws IOException;

    /**
     * Opens an image for reading.
     *
     * @throws ImageNotFoundException when the image is not here
     * @throws mirage.bytes.FormatException for the disk of an image whose format could not be read
     */
    ImageContent open(ImageId image, View view) throws IOException;
}
