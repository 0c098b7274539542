package mirage.catalog;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One at a time changes an entry, among the threads of this process and among processes: a lock of a byte of a file,
 * chosen by the entry's name, behind a lock among threads.
 *
 * <p>A process loses all its locks of a file when it closes any of its handles of it. So there is one handle for each
 * file, whichever catalogs of this process use it, closed with the last of them. And locks are asked for again and
 * again rather than waited for: a thread that is interrupted while it waits closes the handle.
 */
final class EntryLocks implements Closeable {
    private static final int LOCKS = 1 << 16;
    private static final int STRIPES = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long FIRST_PAUSE_NANOS = 200_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private static final Map<Path, EntryLocks> OPEN = new HashMap<>();

    private final Path file;
    private final FileChannel channel;
    private final ReentrantLock[] threads = new ReentrantLock[STRIPES];
    private int users;

    private EntryLocks(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        for (int i = 0; i < STRIPES; i++) {
            threads[i] = new ReentrantLock();
        }
    }

    /**
     * @param directory where the lock file is, made when missing
     */
    static EntryLocks open(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve("lock");
        synchronized (OPEN) {
            EntryLocks locks = OPEN.get(file);
            if (locks == null) {
                locks =
                        new EntryLocks(
                                file,
                                FileChannel.open(
                                        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
                OPEN.put(file, locks);
            }
            locks.users++;
            return locks;
        }
    }

    /** Held until it is closed, by the thread that closes it. */
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * @throws IOException when another process holds the lock for a minute
     */
    Held lock(String name) throws IOException {
        int place = (name.hashCode() * 0x9e3779b9) >>> 16;
        ReentrantLock thread = threads[place % STRIPES];
        thread.lock();
        @Nullable FileLock taken = null;
        try {
            taken = lockFile(place % LOCKS, name);
        } finally {
            if (taken == null) {
                thread.unlock();
            }
        }
        FileLock lock = taken;
        return () -> {
            try {
                lock.release();
            } finally {
                thread.unlock();
            }
        };
    }

    private FileLock lockFile(int place, String name) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            FileLock lock = channel.tryLock(place, 1, false);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "another process holds the lock of catalog entry "
                                + name
                                + " in "
                                + file
                                + " for more than "
                                + PATIENCE.toSeconds()
                                + " s");
            }
            pause(pause);
            pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
        }
    }

    private static void pause(long nanos) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a catalog entry");
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(file);
                channel.close();
            }
        }
    }
}
