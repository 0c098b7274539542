package mirage.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A window {@code [offset, offset + length)} on another source, which it does not own. */
final class SliceSource implements ByteSource {
    private final ByteSource source;
    private final long offset;
    private final long length;

    SliceSource(ByteSource source, long offset, long length) {
        if (offset < 0 || length < 0 || offset > source.length() - length) {
            throw new IllegalArgumentException(
                    "slice at "
                            + offset
                            + " of length "
                            + length
                            + " of a source of length "
                            + source.length());
        }
        this.source = source;
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
            return source.readAt(offset + position, target);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public Run runAt(long position) throws IOException {
        Run run = source.runAt(offset + position);
        return new Run(Math.min(run.length(), length - position), run.hole());
    }

    @Override
    public ByteSource slice(long innerOffset, long innerLength) {
        if (innerOffset < 0 || innerLength < 0 || innerOffset > length - innerLength) {
            throw new IllegalArgumentException(
                    "slice at "
                            + innerOffset
                            + " of length "
                            + innerLength
                            + " of a source of length "
                            + length);
        }
        return new SliceSource(source, offset + innerOffset, innerLength);
    }
}
