package mirage.ingest;

import mirage.manifest.UploadDigests;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * md5, sha256 and sha512 of one stream, each on a thread of its own: each takes about as long as all else that is
 * done to an upload, and none can be split. A buffer goes round: the caller fills it, the three digest it, and the
 * last one gives it back. The slowest digest therefore holds the upload back, and memory is the buffers.
 */
final class DigestThreads implements Closeable {
    private static final List<String> ALGORITHMS = List.of("MD5", "SHA-256", "SHA-512");
    private static final int BUFFERS = 8;

    private final BlockingQueue<Buffer> free = new ArrayBlockingQueue<>(BUFFERS);
    private final List<Worker> workers = new ArrayList<>();

    /** Bytes on their way to the digests. */
    static final class Buffer {
        final byte[] bytes;
        private int length;
        private final AtomicInteger users = new AtomicInteger();

        private Buffer(int size) {
            bytes = new byte[size];
        }
    }

    DigestThreads(String name, int bufferBytes) {
        for (int i = 0; i < BUFFERS; i++) {
            free.add(new Buffer(bufferBytes));
        }
        for (String algorithm : ALGORITHMS) {
            Worker worker = new Worker(algorithm);
            workers.add(worker);
            worker.thread.setName(algorithm + " of " + name);
            worker.thread.start();
        }
    }

    /** A buffer to fill; waits until the digests are done with one. */
    Buffer take() throws InterruptedIOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Hands a filled buffer to the digests; the caller may go on reading it, and must not change it. */
    void put(Buffer buffer, int length) throws InterruptedIOException {
        buffer.length = length;
        buffer.users.set(workers.size());
        try {
            for (Worker worker : workers) {
                worker.todo.put(buffer);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Waits for the last byte; {@link #put} must not be called afterwards. */
    UploadDigests finish() throws InterruptedIOException {
        try {
            Buffer end = new Buffer(0);
            end.users.set(Integer.MAX_VALUE);
            for (Worker worker : workers) {
                worker.todo.put(end);
            }
            for (Worker worker : workers) {
                worker.thread.join();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        return new UploadDigests(
                workers.get(0).result(), workers.get(1).result(), workers.get(2).result());
    }

    /** Ends the threads of a stream that will not be finished. */
    @Override
    public void close() {
        workers.forEach(worker -> worker.thread.interrupt());
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while digesting an upload");
    }

    private final class Worker {
        final BlockingQueue<Buffer> todo = new ArrayBlockingQueue<>(BUFFERS + 1);
        final MessageDigest digest;
        final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);

        Worker(String algorithm) {
            try {
                digest = MessageDigest.getInstance(algorithm);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has " + algorithm, e);
            }
        }

        private void run() {
            try {
                while (true) {
                    Buffer buffer = todo.take();
                    if (buffer.bytes.length == 0) {
                        return;
                    }
                    digest.update(buffer.bytes, 0, buffer.length);
                    if (buffer.users.decrementAndGet() == 0) {
                        free.add(buffer);
                    }
                }
            } catch (InterruptedException e) {
                // The stream was given up: nobody waits for this digest.
                Thread.currentThread().interrupt();
            }
        }

        String result() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
