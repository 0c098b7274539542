package mirage.blob.directory;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for files that are being written, and the removal of those that a crash left behind, while other processes may
 * write to the same directory.
 * <pre>
 *   OWNER.lock      locked for as long as the owner lives; made before, and deleted after, its other files
 *   OWNER-NUMBER    a file that the owner is writing
 * </pre>
 * Files whose owner's lock is gone, or can be taken, are nobody's.
 */
final class Temporaries implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryBlobStore.class);
    private static final String LOCK_SUFFIX = ".lock";

    /**
     * Lock files of this process. They must not even be opened again: a process loses a file's lock when it closes any
     * of its handles of the file.
     */
    private static final Set<Path> OWN_LOCKS = ConcurrentHashMap.newKeySet();

    private final Disk disk;
    private final Path directory;
    private final String owner;
    private final Path lockFile;
    private final FileChannel lock;
    private final AtomicLong number = new AtomicLong();

    private Temporaries(Disk disk, Path directory, String owner, Path lockFile, FileChannel lock) {
        this.disk = disk;
        this.directory = directory;
        this.owner = owner;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Removes what is nobody's, and becomes an owner. */
    static Temporaries open(Disk disk, Path directory) throws IOException {
        removeStrays(disk, directory);
        while (true) {
            String owner = UUID.randomUUID().toString().replace("-", "");
            Path lockFile = lockFileOf(directory, owner);
            OWN_LOCKS.add(lockFile);
            FileChannel lock = disk.createFile(lockFile);
            // Between creating and locking it, another process may have taken it for a stray.
            if (lock.tryLock() != null && Files.exists(lockFile)) {
                return new Temporaries(disk, directory, owner, lockFile, lock);
            }
            lock.close();
            OWN_LOCKS.remove(lockFile);
        }
    }

    /** A file name that nobody else uses. */
    Path next() {
        return directory.resolve(owner + "-" + number.getAndIncrement());
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            disk.delete(lockFile);
        } finally {
            OWN_LOCKS.remove(lockFile);
        }
    }

    private static void removeStrays(Disk disk, Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(LOCK_SUFFIX)) {
                removeIfDead(disk, directory, file, files);
            } else if (!Files.exists(lockFileOf(directory, ownerOf(name)))) {
                remove(disk, file);
            }
        }
    }

    private static void removeIfDead(Disk disk, Path directory, Path lockFile, List<Path> files)
            throws IOException {
        if (OWN_LOCKS.contains(lockFile)) {
            return;
        }
        try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                return;
            }
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.endsWith(LOCK_SUFFIX)
                        && lockFileOf(directory, ownerOf(name)).equals(lockFile)) {
                    remove(disk, file);
                }
            }
            disk.delete(lockFile);
        } catch (NoSuchFileException removedMeanwhile) {
            LOG.debug("{} was removed meanwhile", lockFile);
        }
    }

    private static void remove(Disk disk, Path file) throws IOException {
        LOG.info("{}, left behind by a crash, is removed", file);
        disk.delete(file);
    }

    private static Path lockFileOf(Path directory, String owner) {
        return directory.resolve(owner + LOCK_SUFFIX);
    }

    private static String ownerOf(String name) {
        int dash = name.indexOf('-');
        return dash < 0 ? name : name.substring(0, dash);
    }
}
