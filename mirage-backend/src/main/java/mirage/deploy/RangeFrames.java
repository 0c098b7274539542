package mirage.deploy;

import mirage.codec.BlobFraming;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes on their way to a host, in compressed frames with checksums, of which it is seen whether all came: {@code
 * docs/format/deploy-frames.md}.
 */
public final class RangeFrames {
    /** What a frame holds at the most. */
    public static final int FRAME_BYTES = 1 << 20;

    private static final BlobFraming FRAMING = new BlobFraming("MFRM", 1, 0);
    private static final int LEVEL = 3;

    private RangeFrames() {}

    /** Takes the bytes in order. {@link #finish} ends them; what is only closed is seen to be incomplete. */
    public static final class Writer implements WritableByteChannel {
        private final WritableByteChannel target;
        private final ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);

        /**
         * @param target stays open
         */
        public Writer(WritableByteChannel target) throws IOException {
            this.target = target;
            writeFully(FRAMING.header(0, 0));
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            while (bytes.hasRemaining()) {
                int part = Math.min(bytes.remaining(), frame.remaining());
                frame.put(bytes.slice(bytes.position(), part));
                bytes.position(bytes.position() + part);
                if (!frame.hasRemaining()) {
                    writeFrame();
                }
            }
            return count;
        }

        /** Writes what is left, and the mark of the end. */
        public void finish() throws IOException {
            if (frame.position() > 0) {
                writeFrame();
            }
            writeFrame();
        }

        private void writeFrame() throws IOException {
            writeFully(Section.encode(frame.flip(), LEVEL));
            frame.clear();
        }

        private void writeFully(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                target.write(bytes);
            }
        }

        @Override
        public boolean isOpen() {
            return target.isOpen();
        }

        @Override
        public void close() {}
    }

    /** Gives the bytes frame by frame. */
    public static final class Reader {
        private final String what;
        private final InputStream in;
        private long at;

        /**
         * Reads the header.
         *
         * @param what names the bytes in messages
         * @param in stays the caller's
         */
        public Reader(String what, InputStream in) throws IOException {
            this.what = what;
            this.in = in;
            FRAMING.readHeader(what, read(BlobFraming.HEADER_BYTES));
        }

        /**
         * The content of the next frame, which has no bytes at the end.
         *
         * @throws CorruptBlobException when it is damaged
         * @throws EOFException when the bytes end before the end that is marked
         */
        public ByteBuffer next() throws IOException {
            long start = at;
            ByteBuffer head = read(Section.HEAD_BYTES);
            int stored = head.getInt(Integer.BYTES);
            if (stored < 0 || stored > FRAME_BYTES) {
                throw new CorruptBlobException(
                        what,
                        start,
                        "frame of at most "
                                + FRAME_BYTES
                                + " bytes expected, found "
                                + (stored & 0xffff_ffffL));
            }
            ByteBuffer section = ByteBuffer.allocate(Section.HEAD_BYTES + stored);
            section.put(head).put(read(stored));
            return Section.decode(what, start, section.flip(), FRAME_BYTES);
        }

        private ByteBuffer read(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException(
                        what
                                + ": "
                                + length
                                + " bytes expected at "
                                + at
                                + ", found "
                                + bytes.length);
            }
            at += length;
            return ByteBuffer.wrap(bytes);
        }
    }
}
