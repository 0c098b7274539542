package mirage.glance.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Stored bytes as a stream, read in windows. */
final class CopyStream extends InputStream {
    private static final int WINDOW_BYTES = 4 << 20;

    private final StoredBytes bytes;
    private final ByteBuffer window;
    private long next;

    /**
     * @param bytes not closed
     */
    CopyStream(StoredBytes bytes) {
        this.bytes = bytes;
        this.window =
                ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, Math.max(1, bytes.length())))
                        .limit(0);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (!window.hasRemaining() && !fill()) {
            return -1;
        }
        int count = Math.min(length, window.remaining());
        window.get(target, offset, count);
        return count;
    }

    @Override
    public int read() throws IOException {
        return window.hasRemaining() || fill() ? window.get() & 0xff : -1;
    }

    private boolean fill() throws IOException {
        long left = bytes.length() - next;
        if (left <= 0) {
            return false;
        }
        window.clear();
        int count = (int) Math.min(left, window.capacity());
        bytes.transferTo(next, count, new IntoWindow());
        window.flip();
        if (window.remaining() != count) {
            throw new IOException(
                    count + " bytes expected at " + next + ", found " + window.remaining());
        }
        next += count;
        return true;
    }

    /** Takes what is written until the window is full. */
    private final class IntoWindow implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            window.put(source);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
