package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.SparseBlocks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes that are made while an upload is taken apart. Blocks of zeros are not written, and are known as holes. */
final class ScratchFile implements Closeable {
    /** How many bytes to add at a time, but for the last. */
    static final int STRETCH_BYTES = DiskBlocks.WORD_BYTES;

    private final FileChannel channel;
    private final DiskBlocks.Builder blocks = new DiskBlocks.Builder();
    private long written;

    /**
     * @param channel of an empty file; closed with this
     */
    ScratchFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Adds a stretch behind the last one. */
    void add(byte[] bytes, int length) throws IOException {
        written += SparseBlocks.write(channel, blocks.size(), ByteBuffer.wrap(bytes, 0, length));
        blocks.add(bytes, length);
    }

    /** How many bytes were added. */
    long size() {
        return blocks.size();
    }

    /** How many of these take room on the disk. */
    long writtenBytes() {
        return written;
    }

    /** What was added; no more can be. Ends with this. */
    ByteSource bytes() throws IOException {
        if (channel.size() < size()) {
            channel.write(ByteBuffer.allocate(1), size() - 1); // The last blocks were zeros.
        }
        return new SparseSource(FileSource.of(channel), blocks.build());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
