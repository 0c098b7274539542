package mirage.glance.cache;

import mirage.catalog.ImageId;
import mirage.glance.store.StoredBytes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The cache of a machine: a directory that its processes share. What is in the cache is what is in the directory, so that
 * each process says the same of it:
 *
 * <pre>
 *   ID.queued   empty; the image is to come
 *   ID.part     bytes that are being written, locked by the process that writes them
 *   ID.sums     checksums of the image's bytes, see {@link Windows}
 *   ID.image    the image's bytes, complete; they get this name last
 *   ID.hits     a byte for each time that the image was read; last written when it was read last
 * </pre>
 *
 * <p>All of it can be lost at any time: whatever the cache cannot do, the stores can. Safe for use by many threads.
 */
public final class ImageCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageCache.class);
    private static final String QUEUED = ".queued";
    private static final String PART = ".part";
    private static final String SUMS = ".sums";
    private static final String IMAGE = ".image";
    private static final String HITS = ".hits";
    private static final Comparator<CachedImage> BY_ID =
            Comparator.comparing(image -> image.id().value());

    /** Opens the bytes of an image, and gives null when it has none any more. */
    @FunctionalInterface
    public interface Source {
        @Nullable StoredBytes open(ImageId image) throws IOException;
    }

    private final Path directory;
    private final long mostBytes;
    private final Source source;
    private final Clock clock;
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("image-cache").factory());
    private volatile boolean closed;

    private ImageCache(Path directory, long mostBytes, Source source, Clock clock) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.source = source;
        this.clock = clock;
    }

    /**
     * Opens a cache, making its directory.
     *
     * @param mostBytes how much it takes at the most
     * @param interval between two looks into the queue
     */
    public static ImageCache open(
            Path directory, long mostBytes, Duration interval, Source source, Clock clock)
            throws IOException {
        Files.createDirectories(directory);
        ImageCache cache = new ImageCache(directory, mostBytes, source, clock);
        cache.removeIncomplete();
        long nanos = interval.toNanos();
        var _ =
                cache.worker.scheduleWithFixedDelay(
                        cache::fetchAll, nanos, nanos, TimeUnit.NANOSECONDS);
        return cache;
    }

    /** The images in the cache, by id. */
    public List<CachedImage> images() throws IOException {
        List<CachedImage> images = new ArrayList<>();
        for (ImageId id : ids(IMAGE)) {
            CachedImage image = look(id);
            if (image != null) {
                images.add(image);
            }
        }
        images.sort(BY_ID);
        return images;
    }

    /** The images that are to come, in their order. */
    public List<ImageId> queue() throws IOException {
        Map<ImageId, Instant> since = new HashMap<>();
        for (ImageId image : ids(QUEUED)) {
            if (!Files.exists(file(image, IMAGE))) {
                try {
                    FileTime time = Files.getLastModifiedTime(file(image, QUEUED));
                    since.put(image, time.toInstant());
                } catch (NoSuchFileException fetched) {
                    LOG.debug("image {}: left the queue just now", image);
                }
            }
        }
        return since.entrySet().stream()
                .sorted(
                        Map.Entry.<ImageId, Instant>comparingByValue()
                                .thenComparing(entry -> entry.getKey().value()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether an image is in the cache or is to come. */
    public boolean knows(ImageId image) {
        return Files.exists(file(image, IMAGE)) || Files.exists(file(image, QUEUED));
    }

    /** Has an image fetched when the queue is looked into next. */
    public void enqueue(ImageId image) throws IOException {
        if (knows(image)) {
            return;
        }
        try {
            Files.createFile(file(image, QUEUED));
        } catch (FileAlreadyExistsException another) {
            LOG.debug("image {}: queued by another", image);
        }
    }

    /** Forgets an image, and that it was to come. */
    public void remove(ImageId image) throws IOException {
        // In this order: who fetches it looks into the queue again when it has the bytes in place.
        Files.deleteIfExists(file(image, QUEUED));
        forget(image);
    }

    /** Forgets all images. */
    public void clear() throws IOException {
        for (ImageId image : ids(IMAGE)) {
            forget(image);
        }
    }

    /** Forgets all that are to come. */
    public void clearQueue() throws IOException {
        for (ImageId image : ids(QUEUED)) {
            Files.deleteIfExists(file(image, QUEUED));
        }
    }

    /** The bytes of an image, null when they are not here. */
    public @Nullable StoredBytes open(ImageId image) {
        try {
            FileChannel bytes = FileChannel.open(file(image, IMAGE), StandardOpenOption.READ);
            try {
                long size = bytes.size();
                byte[] table = Files.readAllBytes(file(image, SUMS));
                Windows windows = Windows.read(ByteBuffer.wrap(table), size);
                hit(image);
                return new CachedBytes(bytes, size, windows);
            } catch (IOException incomplete) {
                bytes.close();
                LOG.warn("image {}: no longer in the cache: {}", image, incomplete.toString());
                forget(image);
                return null;
            }
        } catch (NoSuchFileException none) {
            return null;
        } catch (IOException failure) {
            LOG.warn("image {}: cannot be read from the cache: {}", image, failure.toString());
            return null;
        }
    }

    /** Ends the fetching. What is being written is left incomplete, and begun anew after the next start. */
    @Override
    public void close() {
        closed = true;
        worker.shutdown();
    }

    private void hit(ImageId image) {
        try (FileChannel hits =
                FileChannel.open(
                        file(image, HITS), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            hits.write(ByteBuffer.allocate(1));
            Files.setLastModifiedTime(file(image, HITS), FileTime.from(clock.instant()));
        } catch (IOException failure) {
            LOG.debug("image {}: a hit is not counted: {}", image, failure.toString());
        }
    }

    private @Nullable CachedImage look(ImageId image) throws IOException {
        try {
            long size = Files.size(file(image, IMAGE));
            Instant modified = Files.getLastModifiedTime(file(image, IMAGE)).toInstant();
            Path hits = file(image, HITS);
            return Files.exists(hits)
                    ? new CachedImage(
                            image,
                            size,
                            Files.size(hits),
                            Files.getLastModifiedTime(hits).toInstant(),
                            modified)
                    : new CachedImage(image, size, 0, modified, modified);
        } catch (NoSuchFileException removed) {
            return null;
        }
    }

    private void fetchAll() {
        try {
            for (ImageId image : queue()) {
                if (!closed) {
                    fetch(image);
                }
            }
        } catch (IOException | RuntimeException failure) {
            LOG.warn("the queue of the cache cannot be read", failure);
        }
    }

    private void fetch(ImageId image) {
        try (FileChannel part =
                        FileChannel.open(
                                file(image, PART),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = lock(part)) {
            if (lock != null) {
                if (Files.exists(file(image, QUEUED))) {
                    fetch(image, part);
                }
                Files.deleteIfExists(file(image, PART));
            }
        } catch (IOException | RuntimeException failure) {
            if (!closed) {
                LOG.warn("image {}: cannot be cached", image, failure);
                unqueue(image);
            }
        }
    }

    private void fetch(ImageId image, FileChannel part) throws IOException {
        try (StoredBytes stored = source.open(image)) {
            if (stored == null) {
                LOG.info("image {}: has no bytes to be cached", image);
            } else if (makeRoom(stored.length())) {
                write(image, stored, part);
            } else {
                LOG.warn("image {}: larger than the cache", image);
            }
        }
        Files.deleteIfExists(file(image, QUEUED));
    }

    /** 1. the bytes, under another name; 2. the checksums; 3. the name, unless nobody wants the image any more. */
    private void write(ImageId image, StoredBytes stored, FileChannel part) throws IOException {
        part.truncate(0);
        Windows.Writer writer = new Windows.Writer(part, stored.length());
        stored.transferTo(0, stored.length(), new Closable(writer));
        ByteBuffer table = writer.finish();
        Files.write(file(image, SUMS), Arrays.copyOf(table.array(), table.limit()));
        Files.move(file(image, PART), file(image, IMAGE), StandardCopyOption.ATOMIC_MOVE);
        if (!Files.deleteIfExists(file(image, QUEUED))) {
            LOG.info("image {}: removed while it was fetched", image);
            forget(image);
        }
    }

    private boolean makeRoom(long bytes) throws IOException {
        List<CachedImage> oldestFirst = new ArrayList<>(images());
        oldestFirst.sort(Comparator.comparing(CachedImage::lastAccessed));
        long taken = oldestFirst.stream().mapToLong(CachedImage::size).sum();
        for (CachedImage image : oldestFirst) {
            if (taken + bytes <= mostBytes) {
                break;
            }
            forget(image.id());
            taken -= image.size();
        }
        return taken + bytes <= mostBytes;
    }

    private void forget(ImageId image) {
        try {
            for (String kind : List.of(IMAGE, SUMS, HITS)) {
                Files.deleteIfExists(file(image, kind));
            }
        } catch (IOException failure) {
            LOG.warn("image {}: stays in the cache's directory", image, failure);
        }
    }

    private void unqueue(ImageId image) {
        try {
            Files.deleteIfExists(file(image, QUEUED));
        } catch (IOException failure) {
            LOG.warn("image {}: stays in the cache's queue", image, failure);
        }
    }

    /** What a process left behind that was ended, and no other is at. */
    private void removeIncomplete() throws IOException {
        for (ImageId image : ids(PART)) {
            try (FileChannel part = FileChannel.open(file(image, PART), StandardOpenOption.WRITE);
                    FileLock lock = lock(part)) {
                if (lock != null) {
                    Files.deleteIfExists(file(image, PART));
                }
            } catch (NoSuchFileException complete) {
                LOG.debug("image {}: complete by now", image);
            }
        }
        for (ImageId image : ids(IMAGE)) {
            if (!isComplete(image)) {
                LOG.info("image {}: incomplete in the cache", image);
                forget(image);
            }
        }
    }

    private boolean isComplete(ImageId image) throws IOException {
        try {
            long windows = Math.ceilDiv(Files.size(file(image, IMAGE)), Windows.WINDOW_BYTES);
            return Files.size(file(image, SUMS)) == windows * Integer.BYTES;
        } catch (NoSuchFileException incomplete) {
            return false;
        }
    }

    private static @Nullable FileLock lock(FileChannel part) throws IOException {
        try {
            return part.tryLock();
        } catch (OverlappingFileLockException ofThisProcess) {
            return null;
        }
    }

    private List<ImageId> ids(String kind) throws IOException {
        List<ImageId> ids = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + kind)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String id = name.substring(0, name.length() - kind.length());
                // What else lies there is not ours.
                if (ImageId.isValid(id)) {
                    ids.add(new ImageId(id));
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return ids;
    }

    private Path file(ImageId image, String kind) {
        return directory.resolve(image + kind);
    }

    /** Lets a transfer end soon when the cache is closed. */
    private final class Closable implements WritableByteChannel {
        private final WritableByteChannel to;

        private Closable(WritableByteChannel to) {
            this.to = to;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            return to.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    private record CachedBytes(FileChannel file, long length, Windows windows)
            implements StoredBytes {
        @Override
        public void transferTo(long offset, long count, WritableByteChannel channel)
                throws IOException {
            windows.transfer(file, length, offset, count, channel);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
