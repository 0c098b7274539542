package mirage.catalog;

import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A file for each image. Entries are held in memory too: one process owns the directory (the library locks it).
 *
 * <p>A swap: 1. the entry is written to a temporary file, 2. which is forced to disk, 3. renamed over the entry, 4. the
 * directory is forced. The rename is what a reader or a crash sees. When step 4 fails, a new entry is taken back; of a
 * replaced one, memory follows the file, and whoever asked has to look.
 */
public final class DirectoryCatalog implements Catalog {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCatalog.class);
    private static final String SUFFIX = ".image";
    private static final String TEMPORARY = ".tmp";

    /** Far above what an entry needs; a larger file is damaged. */
    private static final int MAX_ENTRY_BYTES = 1 << 20;

    private final Path directory;
    private final MemoryCatalog entries = new MemoryCatalog();
    private final Map<String, DamagedEntry> damaged = new ConcurrentSkipListMap<>();

    private DirectoryCatalog(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a directory, which is made when it is missing; what a crash left half written is removed. An entry that
     * cannot be read is told by {@link #damaged()}, with an error in the log: at night, one image that is refused is
     * better than a library that is.
     */
    public static DirectoryCatalog open(Path directory) throws IOException {
        Files.createDirectories(directory);
        DirectoryCatalog catalog = new DirectoryCatalog(directory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(TEMPORARY)) {
                    Files.delete(file);
                } else if (name.endsWith(SUFFIX)) {
                    catalog.load(file, name.substring(0, name.length() - SUFFIX.length()));
                }
            }
        }
        return catalog;
    }

    private void load(Path file, String image) throws IOException {
        try {
            CatalogEntry entry = read(file);
            if (!entry.image().value().equals(image)) {
                throw new CorruptBlobException(
                        "catalog entry " + file, 0, "it is of image " + entry.image());
            }
            entries.swap(null, entry);
        } catch (IOException e) {
            LOG.error(
                    "the catalog entry of image {} cannot be read, the image is refused", image, e);
            damaged.put(image, new DamagedEntry(image, String.valueOf(e.getMessage())));
        }
    }

    @Override
    public @Nullable CatalogEntry find(ImageId image) throws IOException {
        DamagedEntry broken = damaged.get(image.value());
        if (broken != null) {
            throw new IOException("image " + image + " cannot be read: " + broken.what());
        }
        return entries.find(image);
    }

    @Override
    public List<CatalogEntry> list() {
        return entries.list();
    }

    @Override
    public List<DamagedEntry> damaged() {
        return new ArrayList<>(damaged.values());
    }

    @Override
    public synchronized void swap(@Nullable CatalogEntry expected, CatalogEntry next)
            throws IOException {
        if (!Objects.equals(find(next.image()), expected)) {
            throw new CatalogConflictException(next.image());
        }
        Path file = file(next.image());
        Path temporary = directory.resolve(next.image() + TEMPORARY);
        boolean moved = false;
        boolean durable = false;
        try {
            write(temporary, CatalogFormat.encode(next));
            move(temporary, file);
            moved = true;
            forceDirectory();
            durable = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(temporary);
            } else if (durable || expected != null) {
                entries.swap(expected, next);
            } else {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public synchronized void remove(ImageId image) throws IOException {
        Files.deleteIfExists(file(image));
        forceDirectory();
        entries.remove(image);
        damaged.remove(image.value());
    }

    @Override
    public void close() {}

    private static CatalogEntry read(Path file) throws IOException {
        if (Files.size(file) > MAX_ENTRY_BYTES) {
            throw new CorruptBlobException(
                    "catalog entry " + file,
                    0,
                    "an entry expected, found " + Files.size(file) + " bytes");
        }
        return CatalogFormat.decode(
                "catalog entry " + file, ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    private static void write(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
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
