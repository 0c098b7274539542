package mirage.agent.nova;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Nova's locks of its bases.
 *
 * @param folder of the locks; made when it is missing
 * @param owner of what is made there
 * @param patience how long to wait for one that somebody else has
 */
public record NovaLocks(Path folder, Owner owner, Duration patience) {
    private static final Duration PAUSE = Duration.ofMillis(20);

    /**
     * Locks a base by its name.
     *
     * @return null when somebody else had it all the time
     */
    @Nullable NovaLock acquire(String base) throws IOException {
        Path file = folder.resolve("nova-" + base).toAbsolutePath();
        long end = System.nanoTime() + patience.toNanos();
        do {
            NovaLock lock = NovaLock.tryOnce(file, owner);
            if (lock != null) {
                return lock;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped");
            }
        } while (System.nanoTime() - end < 0);
        return null;
    }
}
