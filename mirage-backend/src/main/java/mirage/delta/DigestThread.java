package mirage.delta;

import mirage.codec.DataDigest;

import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A data digest that is taken by a thread of its own, while the bytes are written: of what an image takes to be made, half
 * is its digest. Its buffers go round: empty to who fills them, full to the thread, empty again.
 */
final class DigestThread implements AutoCloseable {
    private static final int BUFFERS = 4;

    /** What the thread takes in order: a full buffer, zeros, or the end. */
    private sealed interface Part {
        record Bytes(ByteBuffer buffer) implements Part {}

        record Zeros(long length) implements Part {}

        record End() implements Part {}
    }

    private final DataDigest.Stream digest = new DataDigest.Stream();
    private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(4 * BUFFERS);
    private final Thread thread = Thread.ofPlatform().daemon().name("digest").unstarted(this::run);

    private DigestThread(int bufferBytes) {
        for (int i = 0; i < BUFFERS; i++) {
            empty.add(ByteBuffer.allocate(bufferBytes));
        }
    }

    static DigestThread start(int bufferBytes) {
        DigestThread digest = new DigestThread(bufferBytes);
        digest.thread.start();
        return digest;
    }

    /** An empty buffer; waits for one. */
    ByteBuffer empty() throws InterruptedIOException {
        try {
            return empty.take().clear();
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
    }

    /** Takes the bytes of a buffer that {@link #empty} gave; who gives it may still read it until the next call. */
    void take(ByteBuffer full) throws InterruptedIOException {
        put(new Part.Bytes(full));
    }

    void zeros(long length) throws InterruptedIOException {
        put(new Part.Zeros(length));
    }

    /** The digest of all that was taken. Call once, as the last. */
    DataDigest finish() throws InterruptedIOException {
        put(new Part.End());
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
        return digest.finish();
    }

    private void put(Part part) throws InterruptedIOException {
        try {
            parts.put(part);
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
    }

    private void run() {
        try {
            for (; ; ) {
                switch (parts.take()) {
                    case Part.Bytes(ByteBuffer buffer) -> {
                        digest.update(buffer);
                        empty.put(buffer);
                    }
                    case Part.Zeros(long length) -> digest.zeros(length);
                    case Part.End() -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("stopped");
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
