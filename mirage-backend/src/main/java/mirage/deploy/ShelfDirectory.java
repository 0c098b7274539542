package mirage.deploy;

import mirage.deploy.Shelf.Making;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The directory of a {@link Shelf}. What is on the shelf is what is in it:
 *
 * <pre>
 *   NAME               a file, complete, with its footer; last modified when it was used last
 *   NAME.UUID.part     one that is being made, locked by the process that makes it
 *   NAME.UUID.scratch  what it needs for that; has no name any more once it is open
 * </pre>
 */
final class ShelfDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(ShelfDirectory.class);
    private static final String PART = ".part";
    private static final String SCRATCH = ".scratch";

    private final Path directory;

    private ShelfDirectory(Path directory) {
        this.directory = directory;
    }

    private record Entry(Path file, long bytes, Instant usedAt) {}

    static ShelfDirectory open(Path directory) throws IOException {
        Files.createDirectories(directory);
        ShelfDirectory opened = new ShelfDirectory(directory.toRealPath());
        opened.removeLeftovers();
        return opened;
    }

    /** A file, null when it is not here. A damaged one goes. */
    @Nullable ShelvedFile find(ShelfName name) throws IOException {
        Path path = directory.resolve(name.value());
        try {
            ShelvedFile file = ShelvedFile.open(path);
            if (file == null) {
                LOG.warn("{} is damaged, and made anew when it is asked for", path);
                Files.deleteIfExists(path);
            }
            return file;
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    OptionalLong length(ShelfName name) throws IOException {
        try {
            long bytes = Files.size(directory.resolve(name.value()));
            return OptionalLong.of(Math.max(0, bytes - ShelfFooter.BYTES));
        } catch (NoSuchFileException none) {
            return OptionalLong.empty();
        }
    }

    void touch(ShelfName name, Instant now) {
        try {
            Files.setLastModifiedTime(directory.resolve(name.value()), FileTime.from(now));
        } catch (IOException failure) {
            LOG.debug("{}: its use is not noted: {}", name, failure.toString());
        }
    }

    /** Makes a file: 1. the content and its footer under another name; 2. durable; 3. the name. */
    void add(ShelfName name, Making making, Clock clock, BooleanSupplier stopped)
            throws IOException {
        Path part = null;
        boolean added = false;
        try (Part locked = newPart(name)) {
            part = locked.path;
            Path scratch = directory.resolve(name + "." + UUID.randomUUID() + SCRATCH);
            Digesting content = new Digesting(locked.file);
            try (FileChannel own =
                    FileChannel.open(
                            scratch,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE)) {
                making.make(own, content, stopped);
            }
            ShelfFooter footer = new ShelfFooter(content.length, clock.instant(), content.sha256());
            writeFully(footer.encode(), locked.file);
            locked.file.force(true);
            Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
            Files.move(part, directory.resolve(name.value()), StandardCopyOption.ATOMIC_MOVE);
            added = true;
        } finally {
            if (!added && part != null) {
                Files.deleteIfExists(part);
            }
        }
        force();
    }

    /**
     * Removes what was not used for longest until the rest is within the budget.
     *
     * @param kept stays whatever it takes
     */
    void shrink(long budgetBytes, ShelfName kept) throws IOException {
        List<Entry> entries = new ArrayList<>(entries());
        entries.sort(Comparator.comparing(Entry::usedAt));
        long taken = entries.stream().mapToLong(Entry::bytes).sum();
        for (Entry entry : entries) {
            if (taken <= budgetBytes) {
                break;
            }
            if (!String.valueOf(entry.file.getFileName()).equals(kept.value())) {
                Files.deleteIfExists(entry.file);
                taken -= entry.bytes;
            }
        }
    }

    long bytes() throws IOException {
        return entries().stream().mapToLong(Entry::bytes).sum();
    }

    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Path file : files("*")) {
            if (ShelfName.isValid(String.valueOf(file.getFileName()))) {
                try {
                    BasicFileAttributes facts =
                            Files.readAttributes(file, BasicFileAttributes.class);
                    entries.add(
                            new Entry(file, facts.size(), facts.lastModifiedTime().toInstant()));
                } catch (NoSuchFileException removed) {
                    LOG.debug("{} was removed by another", file);
                }
            }
        }
        return entries;
    }

    /** A file that is being made, and stays another process's as long as it is open there. */
    private record Part(Path path, FileChannel file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private Part newPart(ShelfName name) throws IOException {
        while (true) {
            Path path = directory.resolve(name + "." + UUID.randomUUID() + PART);
            FileChannel file =
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            boolean ours = false;
            try {
                // Between the two calls another process may have opened the directory, and taken it
                // for a leftover.
                ours = file.tryLock() != null && Files.exists(path);
                if (ours) {
                    return new Part(path, file);
                }
            } finally {
                if (!ours) {
                    file.close();
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void removeLeftovers() throws IOException {
        for (Path part : files("*" + PART)) {
            try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE);
                    FileLock lock = lock(file)) {
                if (lock != null) {
                    Files.deleteIfExists(part);
                }
            } catch (NoSuchFileException complete) {
                LOG.debug("{} is complete by now", part);
            }
        }
        for (Path scratch : files("*" + SCRATCH)) {
            Files.deleteIfExists(scratch);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException ofThisProcess) {
            return null;
        }
    }

    private List<Path> files(String pattern) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, pattern)) {
            stream.forEach(files::add);
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return files;
    }

    private void force() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void writeFully(ByteBuffer bytes, WritableByteChannel target)
            throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    /** Counts and digests what is written. */
    private static final class Digesting implements WritableByteChannel {
        private final FileChannel next;
        private final MessageDigest digest;
        private long length;

        Digesting(FileChannel next) {
            this.next = next;
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException(missing);
            }
        }

        String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            digest.update(bytes.duplicate());
            int count = bytes.remaining();
            writeFully(bytes, next);
            length += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return next.isOpen();
        }

        @Override
        public void close() {}
    }
}
