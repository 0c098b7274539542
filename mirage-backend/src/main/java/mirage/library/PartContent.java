package mirage.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A range of a content, which is closed with it. */
final class PartContent implements ImageContent {
    private final ImageContent whole;
    private final long offset;
    private final long length;

    PartContent(ImageContent whole, long offset, long length) {
        this.whole = whole;
        this.offset = offset;
        this.length = length;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length) {
            return 0;
        }
        int limit = target.limit();
        target.limit(target.position() + (int) Math.min(target.remaining(), length - position));
        try {
            return whole.readAt(offset + position, target);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public Run runAt(long position) throws IOException {
        Run run = whole.runAt(offset + position);
        return new Run(Math.min(run.length(), length - position), run.hole());
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
