package mirage.library;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** The bytes of an open image, by position or as a stream. Closing it ends its reads and frees what they hold. */
public interface ImageContent extends ByteSource {
    /**
     * Writes a range in order, reading ahead of the channel. What is read is checked before it is written: on damage
     * this throws before the first wrong byte.
     *
     * @param offset of the first byte
     * @param length in bytes; {@code offset + length} is at most {@link #length()}
     * @param target blocks as it likes (back-pressure); stays open
     */
    void transferTo(long offset, long length, WritableByteChannel target) throws IOException;
}
