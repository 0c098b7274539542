package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The headers in front of one member, as a stream. It ends with an exception when they are longer than any that a
 * program writes: a parser keeps long names in memory, and calls itself for each header that belongs to another.
 */
final class HeaderStream extends InputStream {
    private final ByteSource archive;
    private final long end;
    private final ByteBuffer record = ByteBuffer.allocate(TarArchive.RECORD_BYTES).limit(0);
    private long position;
    private @Nullable IOException failure;

    /**
     * @param position where the first header begins
     * @param maxBytes how many are read at the most
     */
    HeaderStream(ByteSource archive, long position, int maxBytes) {
        this.archive = archive;
        this.position = position;
        this.end = position + maxBytes;
    }

    /** Offset in the archive of the byte that is read next. */
    long position() {
        return position;
    }

    /**
     * @throws IOException what the archive failed with, if it did: no fault of its bytes
     */
    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int read() throws IOException {
        if (!fill()) {
            return -1;
        }
        position++;
        return record.get() & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, record.remaining());
        record.get(target, offset, count);
        position += count;
        return count;
    }

    /** Whether there is a byte to read, which is in the buffer then. */
    private boolean fill() throws IOException {
        if (record.hasRemaining()) {
            return true;
        }
        if (position >= end) {
            throw new FormatException("its headers are too long");
        }
        try {
            archive.readAt(position, record.clear());
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        return record.flip().hasRemaining();
    }
}
