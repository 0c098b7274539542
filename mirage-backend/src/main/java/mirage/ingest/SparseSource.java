package mirage.ingest;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A sparse file, with the zero blocks that were seen when it was written as holes.
 *
 * @param file closed with this
 */
record SparseSource(ByteSource file, ZeroBlocks zeros) implements ByteSource {
    @Override
    public long length() {
        return file.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        return file.readAt(position, target);
    }

    @Override
    public Run runAt(long position) {
        return new Run(zeros.endOfRun(position) - position, zeros.isZeroBlock(position));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
