package mirage.agent.build;

import mirage.agent.deploy.Deadline;
import mirage.agent.hold.NoRoomException;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.SparseBlocks;
import mirage.delta.DeltaApplier;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A file that is written from its start to its end, with holes where zeros are. Now and then what was written is forced to
 * disk aside, so that little is left for who needs all of it there.
 */
final class SparseFile implements DeltaApplier.Target, Closeable {
    private static final long FORCED_AT_ONCE = 32 << 20;

    private final FileChannel channel;
    private final @Nullable BaseFile base;
    private final Deadline deadline;
    private final AtomicReference<IOException> notForced = new AtomicReference<>();
    private long length;
    private long cost;
    private long forcedCost;
    private Thread forcing = new Thread();

    private SparseFile(FileChannel channel, @Nullable BaseFile base, Deadline deadline) {
        this.channel = channel;
        this.base = base;
        this.deadline = deadline;
    }

    /**
     * @param base that it is made of, with which it shares blocks where the file system can; null when it is not
     */
    static SparseFile create(Path file, @Nullable BaseFile base, Deadline deadline)
            throws IOException {
        return new SparseFile(
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.READ),
                base,
                deadline);
    }

    @Override
    public @Nullable ByteSource share(long from, long count) throws IOException {
        if (base == null || !base.copy(from, count, channel, length)) {
            return null;
        }
        deadline.moved();
        ByteSource shared = FileSource.of(channel).slice(length, count);
        length += count;
        cost += count;
        forceNowAndThen();
        return shared;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        deadline.moved();
        int count = bytes.remaining();
        try {
            cost += SparseBlocks.write(channel, length, bytes);
        } catch (IOException failure) {
            // A full disk, mostly: the base and the delta are as good as before.
            throw new NoRoomException("cannot be written: " + failure.getMessage());
        }
        length += count;
        forceNowAndThen();
    }

    private void forceNowAndThen() {
        if (cost - forcedCost >= FORCED_AT_ONCE && !forcing.isAlive()) {
            forcedCost = cost;
            forcing = Thread.ofPlatform().daemon().name("force").start(this::force);
        }
    }

    private void force() {
        try {
            channel.force(false);
        } catch (IOException failure) {
            // The system tells this once only: whoever forces the file afterwards would not hear of
            // it.
            notForced.set(failure);
        }
    }

    @Override
    public void zeros(long count) {
        length += count;
    }

    /** Gives the file its length; what is not written is a hole. */
    void end() throws IOException {
        if (length > 0 && channel.size() < length) {
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
        try {
            forcing.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
        IOException failure = notForced.get();
        if (failure != null) {
            throw failure;
        }
    }

    /** Bytes that are not holes. */
    long cost() {
        return cost;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
