package mirage.ingest;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Takes a stream and holds it against a source, holes of which are not read but must be zeros. */
final class SameBytes implements WritableByteChannel {
    private final ByteSource expected;
    private final ByteBuffer buffer = ByteBuffer.allocate(256 << 10);
    private long position;

    SameBytes(ByteSource expected) {
        this.expected = expected;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int written = bytes.remaining();
        while (bytes.hasRemaining()) {
            int part = Math.min(bytes.remaining(), buffer.capacity());
            ByteSource.Run run = expected.runAt(position);
            ByteBuffer found = bytes.slice(bytes.position(), part);
            boolean zeros = run.hole() && run.length() >= part;
            if (zeros ? !UploadMap.isZero(found) : !found.equals(read(part))) {
                throw new IOException(
                        "the disk's recipe differs from the disk within the "
                                + part
                                + " bytes at "
                                + position);
            }
            bytes.position(bytes.position() + part);
            position += part;
        }
        return written;
    }

    private ByteBuffer read(int length) throws IOException {
        expected.readFully(position, buffer.clear().limit(length));
        return buffer.flip();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
