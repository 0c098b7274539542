package mirage.glance.transfer;

import mirage.glance.store.StoredBytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes that came by once, from far away, for who looks at a few places of them afterwards. The beginning and the end are
 * kept, since headers and footers of all formats are there; what lies between is read again.
 */
final class KeptEnds implements StoredBytes {
    private static final int BEGINNING_BYTES = 4 << 20;
    private static final int END_BYTES = 64 << 10;

    private final StoredBytes bytes;
    private final byte[] beginning;
    private final byte[] end;
    private long count;

    /**
     * @param bytes not closed
     */
    KeptEnds(StoredBytes bytes) {
        this.bytes = bytes;
        this.beginning = new byte[(int) Math.min(BEGINNING_BYTES, bytes.length())];
        this.end = new byte[(int) Math.min(END_BYTES, bytes.length())];
    }

    /** The next bytes as they come by. */
    void add(byte[] next, int length) {
        keep(next, length, beginning, 0);
        keep(next, length, end, bytes.length() - end.length);
        count += length;
    }

    /** Puts those of the next bytes where they belong that are in the range that a part keeps. */
    private void keep(byte[] next, int length, byte[] part, long partStart) {
        long from = Math.max(count, partStart);
        long to = Math.min(count + length, partStart + part.length);
        if (from < to) {
            System.arraycopy(
                    next, (int) (from - count), part, (int) (from - partStart), (int) (to - from));
        }
    }

    @Override
    public long length() {
        return bytes.length();
    }

    @Override
    public void transferTo(long offset, long length, WritableByteChannel channel)
            throws IOException {
        long endStart = bytes.length() - end.length;
        if (offset + length <= beginning.length) {
            write(beginning, offset, length, channel);
        } else if (offset >= endStart) {
            write(end, offset - endStart, length, channel);
        } else {
            bytes.transferTo(offset, length, channel);
        }
    }

    private static void write(byte[] part, long offset, long length, WritableByteChannel channel)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(part, (int) offset, (int) length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() {}
}
