package mirage.pack;

import mirage.blob.BlobExistsException;
import mirage.blob.BlobStore;
import mirage.chunk.ChunkId;
import mirage.pack.EncodedFrame.PendingChunk;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * Puts chunks into the store, those that are new. One for each ingest, not for use by many threads at once.
 *
 * <p>Chunks are gathered into a frame; full frames are compressed on other threads, up to {@value #MAX_IN_FLIGHT} at a
 * time, and joined in order to a pack; a full pack is written and published. Holds one pack and a few frames in memory.
 *
 * <p>A method that throws an {@link IOException} or {@link RuntimeException} ends the writer: it can only be closed.
 * Whatever was not committed may be in the store or not; packs that were written stay until a collection finds them
 * unused.
 */
public final class ChunkWriter implements Closeable {
    private static final int MAX_IN_FLIGHT = 2;

    private final Known known;
    private final BlobStore blobs;
    private final ChunkIndex index;
    private final PackSettings settings;
    private final RandomGenerator salts;
    private final FrameBuffers buffers;
    private final ExecutorService compressors;

    /** Chunks that are in the frames and the pack below, and not in the index. */
    private final Set<ChunkId> pending = new HashSet<>();

    private final Deque<FrameInFlight> inFlight = new ArrayDeque<>();
    private PackBuilder pack = new PackBuilder();
    private @Nullable OpenFrame frame;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        FAILED,
        CLOSED
    }

    /** Tells which chunks need not be put. */
    @FunctionalInterface
    interface Known {
        boolean isStored(ChunkId id) throws IOException;
    }

    ChunkWriter(
            Known known,
            BlobStore blobs,
            ChunkIndex index,
            PackSettings settings,
            RandomGenerator salts,
            FrameBuffers buffers,
            ExecutorService compressors) {
        this.known = known;
        this.blobs = blobs;
        this.index = index;
        this.settings = settings;
        this.salts = salts;
        this.buffers = buffers;
        this.compressors = compressors;
    }

    /** The frame that chunks are gathered into. */
    private record OpenFrame(ByteBuffer content, List<PendingChunk> chunks) {
        boolean hasRoomFor(int length) {
            return content.remaining() >= length && chunks.size() < PackFormat.MAX_FRAME_CHUNKS;
        }

        void add(ChunkId id, ByteBuffer chunk) {
            chunks.add(new PendingChunk(id, chunk.remaining()));
            content.put(chunk.duplicate());
        }
    }

    private record FrameInFlight(Future<EncodedFrame> encoded, ByteBuffer content) {}

    /**
     * Puts a chunk. One that the store has, or that was put before, costs a look-up and nothing else; one that the store
     * found damaged is stored again.
     *
     * @param id the SHA-256 of the content, which is believed here and checked when the chunk is read
     * @param content from position to limit, from 1 byte to 16 MiB; copied, and left as it is
     * @return whether the chunk was new
     */
    public boolean put(ChunkId id, ByteBuffer content) throws IOException {
        requireOpen();
        int length = content.remaining();
        if (length == 0 || length > PackFormat.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("chunk of " + length + " bytes");
        }
        return attempt(() -> {
            if (pending.contains(id) || known.isStored(id)) {
                return false;
            }
            frameFor(length).add(id, content);
            pending.add(id);
            return true;
        });
    }

    /** Ends the current frame, so that what was put and what will be put are not compressed together. */
    public void flushFrame() throws IOException {
        requireOpen();
        attempt(() -> {
            endFrame();
            return true;
        });
    }

    /**
     * Writes what is left. When this returns, all chunks that were put are durable and can be found. The writer may go
     * on to be used.
     */
    public void commit() throws IOException {
        requireOpen();
        attempt(() -> {
            endFrame();
            while (!inFlight.isEmpty()) {
                joinOldestFrame();
            }
            publishPack();
            return true;
        });
    }

    /** Ends the writer. What was not committed is given up. */
    @Override
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        // The buffers of frames in flight are left to the collector: their threads may still read
        // them.
        inFlight.forEach(f -> f.encoded().cancel(false));
        inFlight.clear();
        if (frame != null) {
            buffers.giveBack(frame.content());
            frame = null;
        }
        pending.clear();
        pack = new PackBuilder();
    }

    private OpenFrame frameFor(int length) throws IOException {
        if (frame != null && !frame.hasRoomFor(length)) {
            endFrame();
        }
        if (frame == null) {
            frame = new OpenFrame(buffers.take(length), new ArrayList<>());
        }
        return frame;
    }

    private void endFrame() throws IOException {
        if (frame == null) {
            return;
        }
        while (inFlight.size() >= MAX_IN_FLIGHT) {
            joinOldestFrame();
        }
        ByteBuffer content = frame.content().flip();
        List<PendingChunk> chunks = frame.chunks();
        frame = null;
        int level = settings.compressionLevel();
        inFlight.add(
                new FrameInFlight(
                        compressors.submit(() -> EncodedFrame.encode(content, chunks, level)),
                        content));
    }

    private void joinOldestFrame() throws IOException {
        FrameInFlight oldest = inFlight.remove();
        EncodedFrame encoded = await(oldest.encoded());
        buffers.giveBack(oldest.content());
        if (!pack.isEmpty() && pack.sizeBytes() + encoded.packBytes() > settings.packSizeBytes()) {
            publishPack();
        }
        pack.add(encoded);
    }

    private void publishPack() throws IOException {
        if (pack.isEmpty()) {
            return;
        }
        byte[] salt = new byte[PackFormat.SALT_BYTES];
        salts.nextBytes(salt);
        PackBuilder.Built built = pack.build(salt, settings.compressionLevel()); // 1. complete
        pack = new PackBuilder();
        createBlob(built); // 2. durable
        index.addPack(built.id(), built.table()); // 3. found
        built.table().chunks().forEach(chunk -> pending.remove(chunk.id()));
    }

    private void createBlob(PackBuilder.Built built) throws IOException {
        try {
            blobs.create(built.id().blobName(), built.content());
        } catch (BlobExistsException e) {
            // The name is the digest of these bytes, salt included: only an earlier attempt of this
            // very create,
            // repeated by the store below after it lost the answer, can have made it.
            return;
        }
    }

    private static EncodedFrame await(Future<EncodedFrame> encoded) throws IOException {
        try {
            return encoded.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a frame was compressed");
        } catch (ExecutionException e) {
            throw new IOException("a frame cannot be compressed", e.getCause());
        }
    }

    private interface Step {
        boolean run() throws IOException;
    }

    private boolean attempt(Step step) throws IOException {
        State before = state;
        state = State.FAILED;
        boolean result = step.run();
        state = before;
        return result;
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException(
                    "the writer is " + (state == State.FAILED ? "failed" : "closed"));
        }
    }
}
