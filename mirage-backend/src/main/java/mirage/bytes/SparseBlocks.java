package mirage.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes into a file what is not zeros. */
public final class SparseBlocks {
    /** File systems leave out blocks of this size or larger ones. */
    private static final int BLOCK_BYTES = 4096;

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BLOCK_BYTES).asReadOnlyBuffer();

    private SparseBlocks() {}

    /**
     * Writes bytes but for the blocks of 4096, as they lie in the file, that are all zeros. The file may end before the
     * last of these. Takes all bytes of the buffer.
     *
     * @param at where they go in the file, which has nothing there yet
     * @return how many bytes were written
     */
    public static long write(FileChannel file, long at, ByteBuffer bytes) throws IOException {
        int first = bytes.position();
        int end = bytes.limit();
        long written = 0;
        int dataFrom = first;
        for (int from = first; from < end; ) {
            int piece = (int) Math.min(end - from, BLOCK_BYTES - (at + from - first) % BLOCK_BYTES);
            if (bytes.slice(from, piece).mismatch(ZEROS.slice(0, piece)) < 0) {
                written += put(file, at + dataFrom - first, bytes.slice(dataFrom, from - dataFrom));
                dataFrom = from + piece;
            }
            from += piece;
        }
        written += put(file, at + dataFrom - first, bytes.slice(dataFrom, end - dataFrom));
        bytes.position(end);
        return written;
    }

    private static int put(FileChannel file, long at, ByteBuffer data) throws IOException {
        int length = data.remaining();
        while (data.hasRemaining()) {
            file.write(data, at + data.position());
        }
        return length;
    }
}
