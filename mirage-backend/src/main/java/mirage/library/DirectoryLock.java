package mirage.library;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One process at a time has a lock; the file says which, the kernel's lock is what counts. */
final class DirectoryLock implements Closeable {
    /**
     * Lock files that this process holds. They must not even be opened again: a process loses a file's lock when it
     * closes any of its handles of the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a directory.
     *
     * @param holder what the file says while it is held
     * @return null when another process has it, or somebody else of this one
     */
    static @Nullable DirectoryLock tryTake(Path directory, String holder) throws IOException {
        Path file = directory.toRealPath().resolve("lock");
        if (!HELD.add(file)) {
            return null;
        }
        @Nullable FileChannel channel = null;
        try {
            channel = lock(file, holder);
            return channel == null ? null : new DirectoryLock(file, channel);
        } finally {
            if (channel == null) {
                HELD.remove(file);
            }
        }
    }

    private static @Nullable FileChannel lock(Path file, String holder) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            if (channel.tryLock() == null) {
                return null;
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8)));
            taken = true;
            return channel;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** What the file says of who has the lock; empty when it says nothing. For people: it may lag behind. */
    static String holder(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve("lock");
        // Reading the file would cost this process the lock.
        return HELD.contains(file) ? self() : Files.readString(file).strip();
    }

    static String self() {
        return "process " + ProcessHandle.current().pid();
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(file);
        }
    }
}
