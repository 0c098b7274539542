package mirage.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A source from its start to its end, for libraries that read streams. Reads in steps of {@value #BUFFER_BYTES} bytes, so
 * that who takes single bytes need not buffer them. Closing it does not close the source. For one thread at a time.
 */
public final class SourceStream extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteSource source;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long position;
    private int next;
    private int end;

    public SourceStream(ByteSource source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int part = Math.min(length, end - next);
        System.arraycopy(buffer, next, target, offset, part);
        next += part;
        return part;
    }

    private boolean fill() throws IOException {
        if (next == end) {
            next = 0;
            end = Math.max(0, source.readAt(position, ByteBuffer.wrap(buffer)));
            position += end;
        }
        return next < end;
    }
}
