package mirage.glance.cache;

import mirage.catalog.ImageId;
import mirage.glance.store.StoredBytes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The cache of a node: a directory with, for each image, its bytes {@code ID.image} and their checksums
 * {@code ID.sums}. An image is there when both are; the bytes get their name last. Safe for use by many threads.
 *
 * <p>All of it can be lost at any time: whatever the cache cannot do, the stores can.
 */
public final class ImageCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageCache.class);
    private static final String IMAGE = ".image";
    private static final String SUMS = ".sums";
    private static final String PART = ".part";

    /** Opens the bytes of an image, and gives null when it has none any more. */
    @FunctionalInterface
    public interface Source {
        @Nullable StoredBytes open(ImageId image) throws IOException;
    }

    private final Path directory;
    private final long mostBytes;
    private final Source source;
    private final Clock clock;
    private final Map<ImageId, CachedImage> images = new ConcurrentHashMap<>();
    private final Set<ImageId> queued = new LinkedHashSet<>();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("cache").factory());

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
     */
    public static ImageCache open(Path directory, long mostBytes, Source source, Clock clock)
            throws IOException {
        Files.createDirectories(directory);
        ImageCache cache = new ImageCache(directory, mostBytes, source, clock);
        cache.lookAround();
        return cache;
    }

    /** The images in the cache, by id. */
    public List<CachedImage> images() {
        return images.values().stream()
                .sorted(Comparator.comparing(image -> image.id().value()))
                .toList();
    }

    /** The images that are to come, in their order. */
    public List<ImageId> queue() {
        synchronized (queued) {
            return List.copyOf(queued);
        }
    }

    /** Whether an image is in the cache or is to come. */
    public boolean knows(ImageId image) {
        synchronized (queued) {
            return images.containsKey(image) || queued.contains(image);
        }
    }

    /** Has an image fetched, which is begun at once. */
    public void enqueue(ImageId image) {
        synchronized (queued) {
            if (images.containsKey(image) || !queued.add(image)) {
                return;
            }
        }
        worker.execute(() -> fetch(image));
    }

    /** Forgets an image, and that it was to come. */
    public void remove(ImageId image) {
        synchronized (queued) {
            queued.remove(image);
            forget(image);
        }
    }

    /** Forgets all images. */
    public void clear() {
        List.copyOf(images.keySet()).forEach(this::forget);
    }

    /** Forgets all that are to come. */
    public void clearQueue() {
        synchronized (queued) {
            queued.clear();
        }
    }

    /** The bytes of an image, null when they are not here. */
    public @Nullable StoredBytes open(ImageId image) {
        CachedImage cached = images.get(image);
        if (cached == null) {
            return null;
        }
        try {
            Windows windows =
                    Windows.read(ByteBuffer.wrap(Files.readAllBytes(sums(image))), cached.size());
            FileChannel file = FileChannel.open(bytes(image), StandardOpenOption.READ);
            images.computeIfPresent(image, (id, was) -> hit(was));
            return new CachedBytes(file, cached.size(), windows);
        } catch (IOException lost) {
            LOG.warn("image {}: no longer in the cache: {}", image, lost.toString());
            forget(image);
            return null;
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private CachedImage hit(CachedImage image) {
        return new CachedImage(
                image.id(), image.size(), image.hits() + 1, clock.instant(), image.lastModified());
    }

    private void fetch(ImageId image) {
        synchronized (queued) {
            if (!queued.contains(image)) {
                return;
            }
        }
        try (StoredBytes stored = source.open(image)) {
            if (stored == null) {
                LOG.info("image {}: has no bytes to be cached", image);
            } else if (makeRoom(stored.length())) {
                write(image, stored);
            } else {
                LOG.warn("image {}: larger than the cache", image);
            }
        } catch (IOException | RuntimeException failure) {
            LOG.warn("image {}: cannot be cached", image, failure);
        } finally {
            synchronized (queued) {
                queued.remove(image);
            }
        }
    }

    /** 1. the bytes, under another name; 2. the checksums; 3. the name, unless nobody wants the image any more. */
    private void write(ImageId image, StoredBytes stored) throws IOException {
        Path part = directory.resolve(image + PART);
        ByteBuffer table;
        try (FileChannel file =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            Windows.Writer writer = new Windows.Writer(file, stored.length());
            stored.transferTo(0, stored.length(), writer);
            table = writer.finish();
        }
        Files.write(sums(image), Arrays.copyOf(table.array(), table.limit()));
        Instant now = clock.instant();
        synchronized (queued) {
            if (!queued.contains(image)) {
                Files.deleteIfExists(part);
                Files.deleteIfExists(sums(image));
                return;
            }
            Files.move(part, bytes(image), StandardCopyOption.ATOMIC_MOVE);
            images.put(image, new CachedImage(image, stored.length(), 0, now, now));
        }
    }

    private boolean makeRoom(long bytes) {
        List<CachedImage> oldestFirst = new ArrayList<>(images.values());
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
        images.remove(image);
        try {
            Files.deleteIfExists(bytes(image));
            Files.deleteIfExists(sums(image));
        } catch (IOException failure) {
            LOG.warn("image {}: stays in the cache's directory", image, failure);
        }
    }

    private void lookAround() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(IMAGE)) {
                    take(new ImageId(name.substring(0, name.length() - IMAGE.length())), file);
                } else if (name.endsWith(PART)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void take(ImageId image, Path file) throws IOException {
        try {
            long size = Files.size(file);
            if (Files.size(sums(image)) == Math.ceilDiv(size, Windows.WINDOW_BYTES) * 4) {
                Instant modified = Files.getLastModifiedTime(file).toInstant();
                images.put(image, new CachedImage(image, size, 0, modified, modified));
                return;
            }
        } catch (NoSuchFileException incomplete) {
            LOG.info("image {}: incomplete in the cache", image);
        }
        forget(image);
    }

    private Path bytes(ImageId image) {
        return directory.resolve(image + IMAGE);
    }

    private Path sums(ImageId image) {
        return directory.resolve(image + SUMS);
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
