package mirage.glance.cache;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * The checksums of a cached file, one for each window of it, so that a range can be checked without reading all.
 *
 * <pre>
 *   sums = crc32c:u32*     big-endian, of bytes [i·1 MiB, (i+1)·1 MiB) of the file, the last window being shorter
 * </pre>
 */
final class Windows {
    static final int WINDOW_BYTES = 1 << 20;

    private final int[] sums;

    private Windows(int[] sums) {
        this.sums = sums;
    }

    /**
     * Reads the checksums of a file of that size.
     *
     * @throws IOException when there are too few or too many
     */
    static Windows read(ByteBuffer table, long size) throws IOException {
        long expected = Math.ceilDiv(size, WINDOW_BYTES);
        if (table.remaining() != expected * Integer.BYTES) {
            throw new IOException(
                    expected + " checksums expected, found " + table.remaining() + " bytes");
        }
        int[] sums = new int[(int) expected];
        table.asIntBuffer().get(sums);
        return new Windows(sums);
    }

    /** Writes a range of the file, each window only after it was checked. */
    void transfer(FileChannel file, long size, long offset, long length, WritableByteChannel to)
            throws IOException {
        ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size));
        for (long at = offset; at < offset + length; ) {
            long start = at / WINDOW_BYTES * WINDOW_BYTES;
            int count = (int) Math.min(WINDOW_BYTES, size - start);
            readWindow(file, start, window.clear().limit(count));
            if (crcOf(window.flip()) != sums[(int) (start / WINDOW_BYTES)]) {
                throw new IOException("the cached file is damaged at " + start);
            }
            long end = Math.min(offset + length, start + count);
            window.position((int) (at - start)).limit((int) (end - start));
            while (window.hasRemaining()) {
                to.write(window);
            }
            at = end;
        }
    }

    static int crcOf(ByteBuffer window) {
        CRC32C crc = new CRC32C();
        crc.update(window.duplicate());
        return (int) crc.getValue();
    }

    private static void readWindow(FileChannel file, long start, ByteBuffer window)
            throws IOException {
        while (window.hasRemaining()) {
            if (file.read(window, start + window.position()) < 0) {
                throw new EOFException("the cached file ends at " + (start + window.position()));
            }
        }
    }

    /** Takes the checksums of what is written. */
    static final class Writer implements WritableByteChannel {
        private final FileChannel file;
        private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
        private final ByteBuffer table;

        Writer(FileChannel file, long size) {
            this.file = file;
            this.table =
                    ByteBuffer.allocate(
                            Math.toIntExact(Math.ceilDiv(size, WINDOW_BYTES) * Integer.BYTES));
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int count = source.remaining();
            while (source.hasRemaining()) {
                int part = Math.min(source.remaining(), window.remaining());
                window.put(source.slice(source.position(), part));
                source.position(source.position() + part);
                if (!window.hasRemaining()) {
                    flush();
                }
            }
            return count;
        }

        /** The checksums of all that was written. */
        ByteBuffer finish() throws IOException {
            if (window.position() > 0) {
                flush();
            }
            return table.flip();
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() {}

        private void flush() throws IOException {
            window.flip();
            table.putInt(crcOf(window));
            while (window.hasRemaining()) {
                file.write(window);
            }
            window.clear();
        }
    }
}
