package mirage.agent.build;

import mirage.agent.hold.Digests;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * SHA-256 of a file that is being written from its start to its end, by a thread that reads it shortly behind the
 * writer. So it is of what reached the file, and takes the writer no time where there is a second processor.
 */
final class FollowingDigest implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final FileChannel file;
    private final Thread thread;
    private final MessageDigest digest = Digests.sha256();
    private long written;
    private boolean complete;
    private @Nullable IOException failure;
    private boolean done;

    private FollowingDigest(FileChannel file) {
        this.file = file;
        this.thread = Thread.ofPlatform().daemon().name("digest").unstarted(this::follow);
    }

    /** Begins to read a file that is there. */
    static FollowingDigest of(Path file) throws IOException {
        FollowingDigest digest =
                new FollowingDigest(FileChannel.open(file, StandardOpenOption.READ));
        digest.thread.start();
        return digest;
    }

    /** So many bytes, counted from the start, are in the file. */
    synchronized void wrote(long length) {
        written = length;
        notifyAll();
    }

    /**
     * The digest, when the file has its whole length.
     *
     * @return in hexadecimal
     */
    synchronized String finish(long length) throws IOException {
        written = length;
        complete = true;
        notifyAll();
        while (!done) {
            await();
        }
        if (failure != null) {
            throw failure;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void follow() {
        @Nullable IOException broken = null;
        try {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            for (long at = 0; ; ) {
                long end = next(at);
                if (end == at) {
                    break;
                }
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - at));
                int read = file.read(buffer, at);
                if (read <= 0) {
                    throw new IOException("a file of " + end + " bytes expected, found " + at);
                }
                digest.update(buffer.flip());
                at += read;
            }
        } catch (IOException reading) {
            broken = reading;
        }
        end(broken);
    }

    private synchronized void end(@Nullable IOException broken) {
        failure = broken;
        done = true;
        notifyAll();
    }

    /** Waits until there is more than that, and gives how much; the same when there will be no more. */
    private synchronized long next(long at) throws IOException {
        // Until the end is known only what is surely in the file: behind its last byte it is
        // shorter
        // than that.
        while (!complete && written - at < BUFFER_BYTES) {
            await();
        }
        return written;
    }

    private void await() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        file.close();
    }
}
