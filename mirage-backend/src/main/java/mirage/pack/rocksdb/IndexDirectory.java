package mirage.pack.rocksdb;

import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of an index, locked against other processes, and the decision to throw its database away.
 * <pre>
 *   lock        held while the index is open
 *   rocksdb/    the database
 *   REBUILD     present when the database was found damaged while it was used
 * </pre>
 */
final class IndexDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RocksDbChunkIndex.class);

    private final Path directory;
    private final Path database;
    private final Path rebuild;
    private final FileChannel lock;

    private IndexDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.database = directory.resolve("rocksdb");
        this.rebuild = directory.resolve("REBUILD");
        this.lock = lock;
    }

    /** A database, and what was read of it. */
    record Opened(IndexDatabase db, IndexContents contents) {}

    static IndexDirectory lock(Path directory) throws IOException {
        makeDirectory(directory);
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new IOException("the chunk index at " + directory + " is in use");
        }
        return new IndexDirectory(directory, channel);
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    /** Opens the database as it is; failing that for damage, a new one. */
    Opened open() throws IOException {
        if (Files.exists(rebuild)) {
            discard("it was found damaged while it was used", null);
        }
        try {
            makeDirectory(database);
            Opened opened = openDatabase();
            if (opened != null) {
                return opened;
            }
            discard("it is of another version", null);
        } catch (RocksDBException e) {
            if (!isDamage(e)) {
                throw new IOException("the chunk index at " + directory + " does not open", e);
            }
            discard("it is damaged", e);
        } catch (CorruptBlobException e) {
            discard("it is damaged", e);
        }
        makeDirectory(database);
        return openNew();
    }

    private Opened openNew() throws IOException {
        try {
            Opened opened = openDatabase();
            if (opened == null) {
                throw new IllegalStateException("a new chunk index is of another version");
            }
            return opened;
        } catch (RocksDBException e) {
            throw new IOException("a new chunk index at " + directory + " does not open", e);
        }
    }

    private @Nullable Opened openDatabase() throws RocksDBException, CorruptBlobException {
        IndexDatabase db = IndexDatabase.open(database);
        boolean good = false;
        try {
            IndexContents contents = IndexContents.read(db);
            good = contents != null;
            return contents == null ? null : new Opened(db, contents);
        } finally {
            if (!good) {
                db.close();
            }
        }
    }

    /** The exception for a request that failed; when it is for damage, the next start makes the index anew. */
    IOException failure(RocksDBException e) {
        if (isDamage(e)) {
            requestRebuild();
        }
        return new IOException("the chunk index at " + directory + " fails", e);
    }

    /** Has the next start make the index anew. */
    void requestRebuild() {
        LOG.error("the chunk index at {} is damaged, the next start makes it anew", directory);
        try {
            Files.createFile(rebuild);
        } catch (FileAlreadyExistsException requestedBefore) {
            return;
        } catch (IOException e) {
            LOG.error("and this cannot be noted: delete {} by hand", database, e);
        }
    }

    /**
     * Whether the files are to blame. A missing file is reported as an I/O error, and so are a full disk and missing
     * rights, for which nothing must be thrown away: they are told apart by the message.
     */
    private static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        if (status == null) {
            return false;
        }
        return switch (status.getCode()) {
            case Corruption, InvalidArgument -> true;
            case IOError -> String.valueOf(e.getMessage()).contains("No such file");
            default -> false;
        };
    }

    private void discard(String why, @Nullable Exception cause) throws IOException {
        LOG.warn(
                "the chunk index at {} is made anew from the packs, because {}",
                directory,
                why,
                cause);
        deleteTree(database);
        Files.deleteIfExists(rebuild);
    }

    private static void deleteTree(Path root) throws IOException {
        List<Path> all;
        try (Stream<Path> tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException nothingToDelete) {
            return;
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    /** Lets others use the directory. The database must be closed. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
