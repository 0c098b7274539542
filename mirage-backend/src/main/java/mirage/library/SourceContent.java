package mirage.library;

import mirage.bytes.ByteSource;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Bytes that are read where they are: a spool, or a disk that is decoded on the way. */
final class SourceContent implements ImageContent {
    private static final int BUFFER_BYTES = 256 << 10;

    private final ByteSource bytes;
    private final Closeable owned;

    /**
     * @param owned closed with this content
     */
    SourceContent(ByteSource bytes, Closeable owned) {
        this.bytes = bytes;
        this.owned = owned;
    }

    @Override
    public long length() {
        return bytes.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        return bytes.readAt(position, target);
    }

    @Override
    public Run runAt(long position) throws IOException {
        return bytes.runAt(position);
    }

    @Override
    public void transferTo(long offset, long length, WritableByteChannel target)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, length));
        for (long at = offset; at < offset + length; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), offset + length - at));
            bytes.readFully(at, buffer);
            at += buffer.flip().remaining();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
        }
    }

    @Override
    public void close() throws IOException {
        owned.close();
    }
}
