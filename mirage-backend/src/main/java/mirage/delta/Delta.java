package mirage.delta;

import mirage.bytes.ByteSource;
import mirage.codec.BlobFraming;
import mirage.codec.Checksum;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;
import mirage.codec.Zstd;
import mirage.codec.ZstdAgainst;
import mirage.delta.DeltaIndex.Frame;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A delta that is read by position: {@code docs/format/delta.md}. Safe for use by many threads. */
public final class Delta {
    private final String what;
    private final ByteSource bytes;
    private final DeltaIndex index;
    private final long[] storedAt;
    private final long[] contentAt;

    private Delta(String what, ByteSource bytes, DeltaIndex index, long framesAt) {
        this.what = what;
        this.bytes = bytes;
        this.index = index;
        int frames = index.frames().size();
        this.storedAt = new long[frames + 1];
        this.contentAt = new long[frames + 1];
        storedAt[0] = framesAt;
        for (int i = 0; i < frames; i++) {
            storedAt[i + 1] = storedAt[i] + index.frames().get(i).storedLength();
            contentAt[i + 1] = contentAt[i] + index.frames().get(i).length();
        }
    }

    /**
     * Reads the index of a delta.
     *
     * @param what names it in messages
     * @param bytes stay the caller's
     * @throws IOException when it is damaged or of a version that is not known
     */
    public static Delta open(String what, ByteSource bytes) throws IOException {
        int before = BlobFraming.HEADER_BYTES + Section.HEAD_BYTES;
        if (bytes.length() < before) {
            throw new CorruptBlobException(
                    what, 0, before + " bytes expected, found " + bytes.length());
        }
        ByteBuffer start = read(bytes, 0, before);
        DeltaFormat.FRAMING.readHeader(what, start);
        long stored = start.getInt(BlobFraming.HEADER_BYTES + Integer.BYTES) & 0xffff_ffffL;
        long end = before + stored;
        if (stored > DeltaFormat.MAX_INDEX_BYTES || end > bytes.length()) {
            throw new CorruptBlobException(
                    what,
                    BlobFraming.HEADER_BYTES,
                    "index of at most "
                            + (bytes.length() - before)
                            + " bytes expected, found one of "
                            + stored);
        }
        ByteBuffer section =
                read(bytes, BlobFraming.HEADER_BYTES, Math.toIntExact(Section.HEAD_BYTES + stored));
        DeltaIndex index =
                DeltaFormat.decode(
                        what,
                        Section.decode(
                                what,
                                BlobFraming.HEADER_BYTES,
                                section,
                                DeltaFormat.MAX_INDEX_BYTES));
        Delta delta = new Delta(what, bytes, index, end);
        long expected = delta.storedAt[index.frames().size()];
        if (bytes.length() != expected) {
            throw new CorruptBlobException(
                    what, end, expected + " bytes expected, found " + bytes.length());
        }
        return delta;
    }

    public DeltaIndex index() {
        return index;
    }

    /**
     * Reads all of the delta and checks what is stored: when that is as it was, and applying it fails, it is the base
     * that is another one.
     *
     * @throws CorruptBlobException when it is damaged
     */
    public void requireIntact() throws IOException {
        for (int number = 0; number < index.frames().size(); number++) {
            stored(number);
        }
    }

    /** Number of the frame that holds a byte of the content. */
    int frameAt(long contentOffset) {
        int low = 0;
        int high = index.frames().size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (contentAt[middle] <= contentOffset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Where the content of a frame begins. */
    long contentAt(int frame) {
        return contentAt[frame];
    }

    /**
     * The content of a frame, checked.
     *
     * @throws CorruptBlobException when the delta is damaged, or the base is another one
     */
    ByteBuffer content(int number, ByteSource base) throws IOException {
        Frame frame = index.frames().get(number);
        String name = nameOf(number);
        ByteBuffer stored = stored(number);
        ByteBuffer content =
                switch (frame.method()) {
                    case PLAIN -> stored;
                    case ZSTD -> Zstd.decompress(name, 0, stored, frame.length());
                    case ZSTD_AGAINST_BASE ->
                            ByteBuffer.wrap(
                                    ZstdAgainst.decompress(
                                            name,
                                            stored.array(),
                                            frame.length(),
                                            References.read(base, frame.references())));
                };
        if (content.remaining() != frame.length()) {
            throw new CorruptBlobException(
                    name, 0, frame.length() + " bytes expected, found " + content.remaining());
        }
        require(name + " or the base", frame.crc(), content);
        return content;
    }

    /** A frame as it is in the delta, checked. */
    private ByteBuffer stored(int number) throws IOException {
        Frame frame = index.frames().get(number);
        ByteBuffer stored = read(bytes, storedAt[number], frame.storedLength());
        require(nameOf(number) + " as stored", frame.storedCrc(), stored);
        return stored;
    }

    private String nameOf(int number) {
        return what + ", frame " + number;
    }

    private static void require(String name, int crc, ByteBuffer found)
            throws CorruptBlobException {
        int actual = Checksum.crc32c(found);
        if (actual != crc) {
            throw new CorruptBlobException(
                    name,
                    0,
                    "CRC32C " + Checksum.text(crc) + " expected, found " + Checksum.text(actual));
        }
    }

    private static ByteBuffer read(ByteSource bytes, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        bytes.readFully(offset, buffer);
        return buffer.flip();
    }
}
