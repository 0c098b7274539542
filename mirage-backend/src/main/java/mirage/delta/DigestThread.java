package mirage.delta;

import mirage.bytes.ByteSource;
import mirage.codec.DataDigest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A data digest that is taken by a thread of its own, while the bytes are written: of what an image takes to be made, half
 * is its digest. Its buffers go round: empty to who fills them, full to the thread, empty again. What lies in the image
 * without having passed through a buffer is read back from it.
 */
final class DigestThread implements AutoCloseable {
    private static final int BUFFERS = 4;

    /** What the thread takes in order: a full buffer, zeros, or the end. */
    private sealed interface Part {
        record Bytes(ByteBuffer buffer) implements Part {}

        record Zeros(long length) implements Part {}

        record Stored(ByteSource bytes) implements Part {}

        record End() implements Part {}
    }

    private final DataDigest.Stream digest = new DataDigest.Stream();
    private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(4 * BUFFERS);
    private final Thread thread = Thread.ofPlatform().daemon().name("digest").unstarted(this::run);

    private final ByteBuffer readBack;
    private @Nullable IOException notRead;

    private DigestThread(int bufferBytes) {
        readBack = ByteBuffer.allocate(bufferBytes);
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

    /** Takes bytes that stay where they are until the end. */
    void take(ByteSource stored) throws InterruptedIOException {
        put(new Part.Stored(stored));
    }

    /**
     * The digest of all that was taken. Call once, as the last.
     *
     * @throws IOException when something that was stored cannot be read
     */
    DataDigest finish() throws IOException {
        put(new Part.End());
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
        if (notRead != null) {
            throw notRead;
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
                    case Part.Stored(ByteSource bytes) -> readBack(bytes);
                    case Part.End() -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of several failures the first counts; who writes goes on until its end, and hears of it there. */
    private void readBack(ByteSource bytes) {
        try {
            for (long at = 0; at < bytes.length() && notRead == null; ) {
                int part = (int) Math.min(bytes.length() - at, readBack.capacity());
                bytes.readFully(at, readBack.clear().limit(part));
                digest.update(readBack.flip());
                at += part;
            }
        } catch (IOException failure) {
            notRead = failure;
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
