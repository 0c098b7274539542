package mirage.agent.nova;

import mirage.agent.hold.Stamp;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Nova's lock of a base, held. Java locks files by {@code fcntl(F_SETLK)}, as {@code lockf} of Python's fasteners does,
 * so each keeps the other out; the kernel ends it with the process, however that ends.
 *
 * <p>Two things to know of it. Closing any descriptor of the file ends a process's locks on it, so within this process a
 * name is locked by one at a time. And Nova removes the lock's file when it removed the base: who waited for the lock of
 * a file that is gone has locked nothing, and tries again.
 */
final class NovaLock implements Closeable {
    private static final Map<Path, Boolean> HELD_HERE = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBER = new AtomicLong();

    private final Path file;
    private final FileChannel channel;

    private NovaLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks a base if nobody has it.
     *
     * @param file of the lock
     * @param owner of what is made
     */
    static @Nullable NovaLock tryOnce(Path file, Owner owner) throws IOException {
        if (HELD_HERE.putIfAbsent(file, true) != null) {
            return null;
        }
        NovaLock lock = null;
        try {
            make(file, owner);
            lock = lock(file);
        } catch (NoSuchFileException removed) {
            // By Nova, between two steps of ours.
        } finally {
            if (lock == null) {
                HELD_HERE.remove(file);
            }
        }
        return lock;
    }

    private static @Nullable NovaLock lock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            Stamp opened = Stamp.of(file);
            locked =
                    opened != null
                            && channel.tryLock() != null
                            && opened.isSameFile(Stamp.of(file));
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? new NovaLock(file, channel) : null;
    }

    /**
     * The file appears with its owner: were it ours for a moment, Nova could not open it in that moment, and its boot
     * would fail.
     */
    private static void make(Path file, Owner owner) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path folder = file.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            owner.takeOver(folder);
        }
        Path mine =
                file.resolveSibling(
                        ".mirage-" + file.getFileName() + "." + NUMBER.incrementAndGet());
        Files.deleteIfExists(mine);
        Files.createFile(mine);
        try {
            owner.takeOver(mine);
            Files.createLink(file, mine);
        } catch (FileAlreadyExistsException there) {
            // Nova was first, which is as good.
        } finally {
            Files.deleteIfExists(mine);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
