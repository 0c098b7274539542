package mirage.catalog;

import mirage.codec.CorruptBlobException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/**
 * A file for each image. Entries are held in memory too: one process owns the directory (the library locks it).
 *
 * <p>A swap: 1. the entry is written to a temporary file, 2. which is forced to disk, 3. renamed over the entry, 4. the
 * directory is forced. The rename is what a reader or a crash sees.
 */
public final class DirectoryCatalog implements Catalog {
    private static final String SUFFIX = ".image";
    private static final String TEMPORARY = ".tmp";

    /** Far above what an entry needs; a larger file is damaged. */
    private static final int MAX_ENTRY_BYTES = 1 << 20;

    private final Path directory;
    private final MemoryCatalog entries = new MemoryCatalog();

    private DirectoryCatalog(Path directory) {
        this.directory = directory;
    }

    /** Opens a directory, which is made when it is missing; what a crash left half written is removed. */
    public static DirectoryCatalog open(Path directory) throws IOException {
        Files.createDirectories(directory);
        DirectoryCatalog catalog = new DirectoryCatalog(directory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (file.toString().endsWith(TEMPORARY)) {
                    Files.delete(file);
                } else if (file.toString().endsWith(SUFFIX)) {
                    catalog.entries.swap(null, read(file));
                }
            }
        }
        return catalog;
    }

    @Override
    public @Nullable CatalogEntry find(ImageId image) {
        return entries.find(image);
    }

    @Override
    public List<CatalogEntry> list() {
        return entries.list();
    }

    @Override
    public synchronized void swap(@Nullable CatalogEntry expected, CatalogEntry next)
            throws IOException {
        if (!Objects.equals(entries.find(next.image()), expected)) {
            throw new CatalogConflictException(next.image());
        }
        Path file = file(next.image());
        Path temporary = directory.resolve(next.image() + TEMPORARY);
        try (FileChannel out =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = CatalogFormat.encode(next);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        move(temporary, file);
        forceDirectory();
        entries.swap(expected, next);
    }

    @Override
    public synchronized void remove(ImageId image) throws IOException {
        Files.deleteIfExists(file(image));
        forceDirectory();
        entries.remove(image);
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
