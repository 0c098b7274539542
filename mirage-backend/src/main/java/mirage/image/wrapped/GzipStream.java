package mirage.image.wrapped;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * What a gzip file holds (RFC 1952): all of its members, one after the other, each held against its checksum and length.
 * Behind the last there may be zeros, as the {@code gzip} command takes them, and nothing else.
 *
 * <p>{@link java.util.zip.GZIPInputStream} takes anything behind a member for the end, so that half of a damaged file would
 * pass for the whole. Memory is 64 KiB, whatever headers claim: names and comments are passed over.
 */
final class GzipStream extends InputStream {
    private static final int MAGIC = 0x1f8b;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    private static final int RESERVED = 0xe0;

    /** Time, level, operating system. */
    private static final int UNUSED_BYTES = 6;

    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream stored;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int end;
    private boolean started;
    private boolean finished;

    /** Reads nothing yet. */
    GzipStream(InputStream stored) {
        this.stored = stored;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!started) {
            started = true;
            beginMember(readByte());
        }
        while (!finished) {
            int count = inflate(target, offset, length);
            if (count > 0) {
                checksum.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsDictionary()) {
                throw new ZipException("gzip member asks for a dictionary");
            } else if (inflater.needsInput()) {
                refill();
                inflater.setInput(buffer, next, end - next);
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws ZipException {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException broken) {
            ZipException told = new ZipException("gzip member: " + broken.getMessage());
            told.initCause(broken);
            throw told;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    private void beginMember(int first) throws IOException {
        int magic = first << 8 | readByte();
        int method = readByte();
        int flags = readByte();
        if (magic != MAGIC || method != DEFLATE || (flags & RESERVED) != 0) {
            throw new ZipException(
                    "gzip member expected, found magic %04x, method %d, flags %02x"
                            .formatted(magic, method, flags));
        }
        skip(UNUSED_BYTES);
        if ((flags & EXTRA) != 0) {
            skip(readByte() | readByte() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        checksum.reset();
        inflater.reset();
        inflater.setInput(buffer, next, end - next);
    }

    private void endMember() throws IOException {
        next = end - inflater.getRemaining();
        long expected = readUnsignedInt();
        long length = readUnsignedInt();
        if (expected != checksum.getValue()) {
            throw new ZipException(
                    "gzip member with CRC-32 %08x expected, found %08x"
                            .formatted(expected, checksum.getValue()));
        }
        if (length != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new ZipException(
                    "gzip member of "
                            + length
                            + " bytes, modulo 4 GiB, expected, found "
                            + inflater.getBytesWritten());
        }
        if (hasMore()) {
            int first = readByte();
            if (first == 0) {
                requireZeros();
            } else {
                beginMember(first);
            }
        } else {
            finished = true;
        }
    }

    private void requireZeros() throws IOException {
        while (hasMore()) {
            if (readByte() != 0) {
                throw new ZipException("gzip file with other bytes behind its last member");
            }
        }
        finished = true;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            readByte();
        }
    }

    private void skipText() throws IOException {
        while (readByte() != 0) {
            // Nobody asks for it.
        }
    }

    private long readUnsignedInt() throws IOException {
        return readByte() | readByte() << 8 | readByte() << 16 | (long) readByte() << 24;
    }

    private int readByte() throws IOException {
        if (next == end) {
            refill();
        }
        return buffer[next++] & 0xff;
    }

    private boolean hasMore() throws IOException {
        if (next == end) {
            next = 0;
            end = Math.max(0, stored.read(buffer));
        }
        return next < end;
    }

    private void refill() throws IOException {
        next = end;
        if (!hasMore()) {
            throw new EOFException("gzip member goes on behind the end of the file");
        }
    }

    /** Frees native memory; the bytes below stay open. */
    @Override
    public void close() {
        inflater.end();
    }
}
