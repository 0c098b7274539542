package mirage.library;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A range of a content, which is closed with it. */
final class PartContent implements ImageContent {
    private final ImageContent whole;
    private final long offset;
    private final ByteSource part;

    PartContent(ImageContent whole, long offset, long length) {
        this.whole = whole;
        this.offset = offset;
        this.part = whole.slice(offset, length);
    }

    @Override
    public long length() {
        return part.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        return part.readAt(position, target);
    }

    @Override
    public Run runAt(long position) throws IOException {
        return part.runAt(position);
    }

    @Override
    public void transferTo(long from, long count, WritableByteChannel target) throws IOException {
        whole.transferTo(offset + from, count, target);
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
