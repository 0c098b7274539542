package mirage.glance.transfer;

import mirage.bytes.ByteSource;
import mirage.glance.store.StoredBytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Stored bytes for who looks at a few places of them.
 *
 * @param bytes used by one thread at a time, not closed
 */
record StoredSource(StoredBytes bytes) implements ByteSource {
    @Override
    public long length() {
        return bytes.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int wanted = Math.clamp(bytes.length() - position, 0, target.remaining());
        if (wanted == 0) {
            return 0;
        }
        int before = target.position();
        bytes.transferTo(position, wanted, new Into(target));
        int found = target.position() - before;
        if (found != wanted) {
            throw new IOException(wanted + " bytes expected at " + position + ", found " + found);
        }
        return found;
    }

    private record Into(ByteBuffer target) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            target.put(source);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
