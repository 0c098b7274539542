package mirage.library;

import mirage.catalog.ImageId;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The image library: what is stored comes back bit-exact. Safe for use by many threads.
 *
 * <p>An image is here from the moment {@link #store} returned until {@link #delete}; a crash before that leaves
 * nothing of it, a crash after it loses nothing of it.
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

    /** Every image, ordered by id. */
    List<StoredImage> list() throws IOException;

    /**
     * Changes the label.
     *
     * @throws ImageNotFoundException when the image is not here
     */
    void rename(ImageId image, String name) throws IOException;

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
