package mirage.glance.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;

/** The bytes of an image in a store, open for reading. Used by one thread at a time. */
public interface StoredBytes extends Closeable {
    /** In bytes. */
    long length();

    /**
     * Writes a range to a channel. Wrong bytes are never passed off as good ones: what cannot be read, or does not
     * match its checksum, ends this with an exception.
     */
    void transferTo(long offset, long length, WritableByteChannel channel) throws IOException;

    /**
     * All bytes, from the first to the last, for who reads them once. To be closed before these are. Ends with an
     * exception where {@link #transferTo} does.
     */
    default InputStream stream() throws IOException {
        return new CopyStream(this);
    }
}
