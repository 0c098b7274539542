package mirage.library;

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

/** One process at a time works on a data directory; the file says which, the kernel's lock is what counts. */
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
     * @throws DirectoryInUseException when another process has it, or another library of this one
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve("lock");
        if (!HELD.add(file)) {
            throw new DirectoryInUseException(directory, self());
        }
        boolean taken = false;
        try {
            DirectoryLock lock = new DirectoryLock(file, lock(directory, file));
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                HELD.remove(file);
            }
        }
    }

    private static FileChannel lock(Path directory, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            if (channel.tryLock() == null) {
                throw new DirectoryInUseException(directory, Files.readString(file).strip());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((self() + "\n").getBytes(StandardCharsets.UTF_8)));
            taken = true;
            return channel;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static String self() {
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
