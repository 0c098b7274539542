package mirage.blob;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A blob store that breaks on purpose, over one that keeps its contract. Creating and deleting are writes. After the
 * write that fails nothing is written any more, as after a crash; {@link #healed()} is what the crash left.
 *
 * <p>What becomes of the failing write is drawn from the seed: it was not done, was not done after half of the content
 * was read, or was done and only its answer lost.
 */
public final class FaultyBlobStore implements BlobStore {
    private final BlobStore below;
    private final Random random;
    private final AtomicInteger writesLeft;
    private volatile Reading reading = Reading.WELL;

    private enum Reading {
        WELL,
        NOT,
        FLIPPED
    }

    private FaultyBlobStore(BlobStore below, int writes, long seed) {
        this.below = below;
        this.writesLeft = new AtomicInteger(writes);
        this.random = new Random(seed);
    }

    /** Fails every write after so many. */
    public static FaultyBlobStore failingAfter(BlobStore below, int writes, long seed) {
        return new FaultyBlobStore(below, writes, seed);
    }

    /** Breaks nothing until it is told to. */
    public static FaultyBlobStore intact(BlobStore below, long seed) {
        return new FaultyBlobStore(below, Integer.MAX_VALUE, seed);
    }

    /** From now on, every read of a blob that is opened fails. */
    public void failReads() {
        reading = Reading.NOT;
    }

    /** From now on, every read of a blob that is opened has one bit flipped. */
    public void flipReads() {
        reading = Reading.FLIPPED;
    }

    public void readWell() {
        reading = Reading.WELL;
    }

    /** The store below, without faults. */
    public BlobStore healed() {
        return below;
    }

    /** Whether a write has failed. */
    public boolean hasFailed() {
        return writesLeft.get() < 0;
    }

    @Override
    public void create(BlobName name, ByteSource content) throws IOException {
        write("create " + name, () -> below.create(name, content), content);
    }

    @Override
    public void delete(BlobName name) throws IOException {
        write("delete " + name, () -> below.delete(name), null);
    }

    @Override
    public ByteSource open(BlobName name) throws IOException {
        return new FaultySource(below.open(name));
    }

    @Override
    public List<BlobName> list(BlobKind kind) throws IOException {
        return below.list(kind);
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    private interface Write {
        void run() throws IOException;
    }

    private synchronized void write(
            String what, Write write, @org.jspecify.annotations.Nullable ByteSource content)
            throws IOException {
        int left = writesLeft.getAndUpdate(n -> Math.max(n - 1, -1));
        if (left > 0) {
            write.run();
            return;
        }
        if (left == 0) {
            int mode = random.nextInt(3);
            if (mode == 1 && content != null) {
                content.readFully(0, ByteBuffer.allocate((int) (content.length() / 2)));
            } else if (mode == 2) {
                write.run();
            }
        }
        throw new InjectedFault(what + " fails on purpose");
    }

    private final class FaultySource implements ByteSource {
        private final ByteSource source;

        FaultySource(ByteSource source) {
            this.source = source;
        }

        @Override
        public long length() {
            return source.length();
        }

        @Override
        public int readAt(long position, ByteBuffer target) throws IOException {
            if (reading == Reading.NOT) {
                throw new InjectedFault("read at " + position + " fails on purpose");
            }
            int start = target.position();
            int read = source.readAt(position, target);
            if (reading == Reading.FLIPPED && read > 0) {
                int at = start + random.nextInt(read);
                target.put(at, (byte) (target.get(at) ^ 1 << random.nextInt(8)));
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
