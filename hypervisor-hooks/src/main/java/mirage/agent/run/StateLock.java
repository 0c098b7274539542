package mirage.agent.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One agent works with a state directory at a time. The lock ends with the process. */
final class StateLock implements Closeable {
    private final FileChannel file;

    private StateLock(FileChannel file) {
        this.file = file;
    }

    static StateLock take(Path directory) throws IOException {
        FileChannel file =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = file.tryLock() != null;
        } catch (OverlappingFileLockException here) {
            // by another agent in this process
        } finally {
            if (!locked) {
                file.close();
            }
        }
        if (!locked) {
            throw new IOException("another agent works with " + directory);
        }
        return new StateLock(file);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
