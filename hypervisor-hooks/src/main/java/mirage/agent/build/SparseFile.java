package mirage.agent.build;

import mirage.agent.deploy.Deadline;
import mirage.agent.hold.NoRoomException;
import mirage.delta.DeltaApplier;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is written from its start to its end, with holes where zeros are, and digested meanwhile. */
final class SparseFile implements DeltaApplier.Target, Closeable {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(PIECE_BYTES).asReadOnlyBuffer();

    private final FileChannel channel;
    private final FollowingDigest digest;
    private final Deadline deadline;

    /** Where the file ends now: what is behind it, and is not written, is a hole to be. */
    private long fileEnd;

    private long length;
    private long cost;

    private SparseFile(FileChannel channel, FollowingDigest digest, Deadline deadline) {
        this.channel = channel;
        this.digest = digest;
        this.deadline = deadline;
    }

    static SparseFile create(Path file, Deadline deadline) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            return new SparseFile(channel, FollowingDigest.of(file), deadline);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        deadline.check();
        while (bytes.hasRemaining()) {
            int piece = Math.min(bytes.remaining(), PIECE_BYTES);
            ByteBuffer part = bytes.slice(bytes.position(), piece);
            if (part.mismatch(ZEROS.slice(0, piece)) >= 0) {
                put(part);
            }
            length += piece;
            bytes.position(bytes.position() + piece);
        }
        digest.wrote(fileEnd);
    }

    private void put(ByteBuffer part) throws NoRoomException {
        cost += part.remaining();
        try {
            for (long at = length; part.hasRemaining(); ) {
                at += channel.write(part, at);
            }
            fileEnd = length + part.limit();
        } catch (IOException failure) {
            // A full disk, mostly: the base and the delta are as good as before.
            throw new NoRoomException("cannot be written: " + failure.getMessage());
        }
    }

    @Override
    public void zeros(long count) {
        length += count;
    }

    /**
     * Gives the file its length; what is not written is a hole.
     *
     * @return SHA-256 of all of it, in hexadecimal
     */
    String end() throws IOException {
        if (fileEnd < length) {
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
        return digest.finish(length);
    }

    /** Bytes that are not holes. */
    long cost() {
        return cost;
    }

    @Override
    public void close() throws IOException {
        digest.close();
        channel.close();
    }
}
