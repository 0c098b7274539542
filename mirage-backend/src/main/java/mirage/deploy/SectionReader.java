package mirage.deploy;

import mirage.bytes.ByteSource;
import mirage.codec.BlobFraming;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a blob that is a header and sections, one after the other. */
final class SectionReader {
    private final String what;
    private final ByteSource bytes;
    private long at = BlobFraming.HEADER_BYTES;

    SectionReader(String what, ByteSource bytes, BlobFraming framing) throws IOException {
        this.what = what;
        this.bytes = bytes;
        framing.readHeader(what, read(0, (int) Math.min(bytes.length(), BlobFraming.HEADER_BYTES)));
    }

    boolean isAtEnd() {
        return at == bytes.length();
    }

    /**
     * The body of the next section.
     *
     * @throws CorruptBlobException when there is none, or it is damaged or larger
     */
    ByteBuffer next(int maxBytes) throws IOException {
        long left = bytes.length() - at;
        if (left < Section.HEAD_BYTES) {
            throw new CorruptBlobException(what, at, "section expected, found " + left + " bytes");
        }
        long stored = read(at, Section.HEAD_BYTES).getInt(Integer.BYTES) & 0xffff_ffffL;
        if (stored > maxBytes || stored > left - Section.HEAD_BYTES) {
            throw new CorruptBlobException(
                    what,
                    at,
                    "section of at most "
                            + Math.min(maxBytes, left - Section.HEAD_BYTES)
                            + " stored bytes expected, found "
                            + stored);
        }
        ByteBuffer section = read(at, (int) (Section.HEAD_BYTES + stored));
        ByteBuffer body = Section.decode(what, at, section, maxBytes);
        at += section.remaining();
        return body;
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        bytes.readFully(offset, buffer);
        return buffer.flip();
    }
}
