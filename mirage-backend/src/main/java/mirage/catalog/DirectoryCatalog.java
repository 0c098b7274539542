package mirage.catalog;

import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file for each image, in a directory that any number of processes may use at once.
 * <pre>
 *   ID.image                 the entry
 *   ID@NODE@NUMBER.tmp       an entry that NODE is writing; what a crash leaves of it, NODE removes when it starts
 *   lock                     see {@link EntryLocks}
 * </pre>
 *
 * <p>A swap: 1. the entry is written to a temporary file, which is forced to disk; 2. under the entry's lock, what is
 * there is compared with what the caller expects; 3. the temporary file gets the entry's name, by a link when there must
 * be none, so that none is replaced even where locks fail, by a rename when there is one; 4. the directory is forced.
 * Step 3 is what a reader or a crash sees. When step 4 fails, a new entry is taken back; of a replaced one, whoever
 * asked has to look.
 *
 * <p>An entry is read from its file each time it is asked for. Lists keep what they read for as long as the file is the
 * same: see {@link KnownFile}.
 */
public final class DirectoryCatalog implements Catalog {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCatalog.class);
    private static final String SUFFIX = ".image";
    private static final String TEMPORARY = ".tmp";

    /** Far above what an entry needs; a larger file is damaged. */
    private static final int MAX_ENTRY_BYTES = 1 << 20;

    private static final AtomicLong NUMBER = new AtomicLong();

    private final Path directory;
    private final String node;
    private final EntryLocks locks;

    /** What lists read, by image id. */
    private final Map<String, KnownFile> known = new ConcurrentHashMap<>();

    private DirectoryCatalog(Path directory, String node, EntryLocks locks) {
        this.directory = directory;
        this.node = node;
        this.locks = locks;
    }

    /**
     * Opens a directory, which is made when it is missing; what a crash of this node left half written is removed. An
     * entry that cannot be read is told by {@link #damaged()}, with an error in the log: at night, one image that is
     * refused is better than a library that is.
     *
     * @param node of this process; no other process that is open here has it
     */
    public static DirectoryCatalog open(Path directory, String node) throws IOException {
        Files.createDirectories(directory);
        EntryLocks locks = EntryLocks.open(directory);
        boolean opened = false;
        try {
            DirectoryCatalog catalog = new DirectoryCatalog(directory, node, locks);
            catalog.removeLeftovers(node);
            opened = true;
            return catalog;
        } finally {
            if (!opened) {
                locks.close();
            }
        }
    }

    /**
     * Removes what a node left half written. It must not be running.
     *
     * @param ofNode the node; files that no node's name is on, from before there were nodes, go with any
     */
    public void removeLeftovers(String ofNode) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + TEMPORARY)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.contains("@") || name.contains("@" + ofNode + "@")) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public @Nullable CatalogEntry find(ImageId image) throws IOException {
        try {
            return read(file(image), image.value());
        } catch (NoSuchFileException missing) {
            return null;
        } catch (CorruptBlobException e) {
            throw new IOException("image " + image + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public List<CatalogEntry> list() throws IOException {
        return look().stream().map(KnownFile::entry).filter(Objects::nonNull).toList();
    }

    @Override
    public List<DamagedEntry> damaged() throws IOException {
        return look().stream().map(KnownFile::damage).filter(Objects::nonNull).toList();
    }

    /** All files as they are now, ordered by image id. */
    private List<KnownFile> look() throws IOException {
        List<KnownFile> found = new ArrayList<>();
        List<String> images = images();
        for (String image : images) {
            Path file = directory.resolve(image + SUFFIX);
            KnownFile before = known.get(image);
            try {
                KnownFile now =
                        before != null && before.isStill(file) ? before : look(file, image, before);
                known.put(image, now);
                found.add(now);
            } catch (NoSuchFileException removedMeanwhile) {
                LOG.debug("image {} was removed meanwhile", image, removedMeanwhile);
            }
        }
        known.keySet().retainAll(new HashSet<>(images));
        return found;
    }

    private List<String> images() throws IOException {
        List<String> images = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                images.add(name.substring(0, name.length() - SUFFIX.length()));
            }
        }
        images.sort(Comparator.naturalOrder());
        return images;
    }

    private KnownFile look(Path file, String image, @Nullable KnownFile before) throws IOException {
        KnownFile.Version version = KnownFile.Version.of(file);
        try {
            return new KnownFile(version, read(file, image), null);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            if (before == null || before.damage() == null) {
                LOG.error(
                        "the catalog entry of image {} cannot be read, the image is refused",
                        image,
                        e);
            }
            return new KnownFile(
                    version, null, new DamagedEntry(image, String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void swap(@Nullable CatalogEntry expected, CatalogEntry next) throws IOException {
        ImageId image = next.image();
        Path temporary =
                directory.resolve(image + "@" + node + "@" + NUMBER.getAndIncrement() + TEMPORARY);
        try {
            write(temporary, CatalogFormat.encode(next));
            try (EntryLocks.Held _ = locks.lock(image.value())) {
                if (!Objects.equals(find(image), expected)) {
                    throw new CatalogConflictException(image);
                }
                if (expected == null) {
                    addDurably(temporary, image);
                } else {
                    move(temporary, file(image));
                    forceDirectory();
                }
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void addDurably(Path temporary, ImageId image) throws IOException {
        try {
            Files.createLink(file(image), temporary);
        } catch (FileAlreadyExistsException e) {
            throw new CatalogConflictException(image);
        }
        boolean durable = false;
        try {
            forceDirectory();
            durable = true;
        } finally {
            if (!durable) {
                Files.deleteIfExists(file(image));
            }
        }
    }

    @Override
    public @Nullable CatalogEntry remove(ImageId image) throws IOException {
        try (EntryLocks.Held _ = locks.lock(image.value())) {
            CatalogEntry removed = null;
            try {
                removed = find(image);
            } catch (IOException e) {
                LOG.warn("the damaged catalog entry of image {} is removed", image, e);
            }
            Files.deleteIfExists(file(image));
            forceDirectory();
            return removed;
        }
    }

    @Override
    public void remove(CatalogEntry expected) throws IOException {
        try (EntryLocks.Held _ = locks.lock(expected.image().value())) {
            if (!expected.equals(find(expected.image()))) {
                throw new CatalogConflictException(expected.image());
            }
            Files.deleteIfExists(file(expected.image()));
            forceDirectory();
        }
    }

    @Override
    public void close() throws IOException {
        locks.close();
    }

    private static CatalogEntry read(Path file, String image) throws IOException {
        String what = "catalog entry " + file;
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_ENTRY_BYTES + 1);
        }
        if (bytes.length > MAX_ENTRY_BYTES) {
            throw new CorruptBlobException(
                    what, 0, "an entry expected, found " + bytes.length + " bytes");
        }
        CatalogEntry entry = CatalogFormat.decode(what, ByteBuffer.wrap(bytes));
        if (!entry.image().value().equals(image)) {
            throw new CorruptBlobException(what, 0, "it is of image " + entry.image());
        }
        return entry;
    }

    private static void write(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel out =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(
                    from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system of " + to + " cannot rename atomically", e);
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path file(ImageId image) {
        return directory.resolve(image + SUFFIX);
    }
}
