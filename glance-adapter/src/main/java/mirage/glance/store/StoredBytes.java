package mirage.glance.store;

import java.io.Closeable;
import java.io.IOException;
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
}
