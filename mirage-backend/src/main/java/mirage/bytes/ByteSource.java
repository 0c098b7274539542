package mirage.bytes;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A fixed run of bytes read by position, without a cursor. Safe for use by many threads. The length never changes
 * and equal reads give equal bytes for as long as the source is open.
 */
public interface ByteSource extends Closeable {
    /** Length in bytes, never negative. */
    long length();

    /**
     * Fills {@code target} from {@code position} until the target is full or the source ends.
     *
     * @param position offset of the first byte, 0 or greater; at or past the end reads nothing
     * @return how many bytes were read; less than asked for only at the end of the source
     */
    int readAt(long position, ByteBuffer target) throws IOException;

    /**
     * Fills {@code target} wholly.
     *
     * @throws EOFException when the source ends before the target is full
     */
    default void readFully(long position, ByteBuffer target) throws IOException {
        int wanted = target.remaining();
        int read = readAt(position, target);
        if (read < wanted) {
            throw new EOFException(
                    "wanted "
                            + wanted
                            + " bytes at "
                            + position
                            + ", found "
                            + read
                            + " of "
                            + length());
        }
    }

    /**
     * The extent around {@code position} that is known to hold only zeros without reading it, or known to hold data:
     * a source that knows its holes says so, which spares its readers the bytes. The default knows none.
     *
     * @param position from 0 to less than {@link #length()}
     * @return a run that starts at {@code position}; {@link Run#hole()} promises that it reads as zeros, its absence
     *     promises nothing
     */
    default Run runAt(long position) throws IOException {
        return new Run(length() - position, false);
    }

    /** How long what begins at a position goes on, and whether it is a hole. */
    record Run(long length, boolean hole) {}

    /** A window on this source. Closing it does not close this source. */
    default ByteSource slice(long offset, long length) {
        return new SliceSource(this, offset, length);
    }

    @Override
    default void close() throws IOException {}
}
