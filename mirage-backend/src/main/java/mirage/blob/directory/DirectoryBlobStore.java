package mirage.blob.directory;

import mirage.blob.BlobExistsException;
import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.MissingBlobException;
import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blobs as files of a directory, readable by their owner only. Several processes may use the same directory at once.
 * <pre>
 *   ROOT/packs/00 … ff/ID         the first two digits of the id
 *   ROOT/manifests/00 … ff/ID
 *   ROOT/tmp                      what is being written
 * </pre>
 * The file system must have hard links: they are how a complete file appears under a name that is never replaced. At 32
 * MiB a pack, the fan-out keeps directories below 10,000 names up to 80 TB.
 */
public final class DirectoryBlobStore implements BlobStore {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryBlobStore.class);
    private static final int PREFIX_DIGITS = 2;

    private final Path root;
    private final Disk disk;
    private final Temporaries temporaries;

    /** Directories of the fan-out that this process knows to be there after a crash. */
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    private DirectoryBlobStore(Path root, Disk disk, Temporaries temporaries) {
        this.root = root;
        this.disk = disk;
        this.temporaries = temporaries;
    }

    /**
     * Opens a store, or makes an empty one. What an earlier process left half written is removed.
     *
     * @param root made when missing; its parent must exist
     */
    public static DirectoryBlobStore open(Path root) throws IOException {
        return open(root, new Disk());
    }

    static DirectoryBlobStore open(Path root, Disk disk) throws IOException {
        Path real = makeDirectories(root, disk);
        return new DirectoryBlobStore(real, disk, Temporaries.open(disk, real.resolve("tmp")));
    }

    /** Made, and made durable, again and again, because an earlier attempt may have ended in between. */
    private static Path makeDirectories(Path root, Disk disk) throws IOException {
        disk.makeDirectory(root);
        Path real = root.toRealPath();
        disk.makeDirectory(real.resolve("tmp"));
        for (BlobKind kind : BlobKind.values()) {
            disk.makeDirectory(real.resolve(kind.directoryName()));
        }
        disk.syncDirectory(real);
        if (real.getParent() != null) {
            disk.syncDirectory(real.getParent());
        }
        return real;
    }

    @Override
    public void create(BlobName name, ByteSource content) throws IOException {
        requireOpen();
        Path directory = directoryOf(name);
        Path file = directory.resolve(name.id());
        if (Files.exists(file)) {
            throw exists(name, directory);
        }
        Path temporary = temporaries.next();
        try {
            disk.write(temporary, content); // 1. complete, under a name that nobody looks for
            disk.sync(temporary); // 2. its bytes are durable
            makeDurable(name.kind(), directory); // 3. so is the directory that it goes to
            publish(name, temporary, file); // 4. the step that others see; never replaces
            disk.syncDirectory(directory); // 5. its name is durable
        } finally {
            deleteTemporary(temporary); // 6. what a crash leaves of it, the next start removes
        }
    }

    /** Whoever made the directory may not have made its name durable yet: one that is there says nothing. */
    private void makeDurable(BlobKind kind, Path directory) throws IOException {
        if (!durable.contains(directory)) {
            disk.makeDirectory(directory);
            disk.syncDirectory(root.resolve(kind.directoryName()));
            durable.add(directory);
        }
    }

    private void publish(BlobName name, Path temporary, Path file) throws IOException {
        try {
            disk.link(file, temporary);
        } catch (FileAlreadyExistsException e) {
            throw exists(name, directoryOf(name));
        }
    }

    /** Whoever made the blob may not have made its name durable yet. */
    private BlobExistsException exists(BlobName name, Path directory) throws IOException {
        disk.syncDirectory(directory);
        return new BlobExistsException(name);
    }

    @Override
    public ByteSource open(BlobName name) throws IOException {
        requireOpen();
        try {
            return FileSource.open(directoryOf(name).resolve(name.id()));
        } catch (NoSuchFileException e) {
            MissingBlobException missing = new MissingBlobException(name);
            missing.initCause(e);
            throw missing;
        }
    }

    @Override
    public void delete(BlobName name) throws IOException {
        requireOpen();
        Path directory = directoryOf(name);
        if (Files.isDirectory(directory)) {
            disk.delete(directory.resolve(name.id()));
            disk.syncDirectory(directory);
        }
    }

    /** Files that do not have the name of a blob are left out. */
    @Override
    public List<BlobName> list(BlobKind kind) throws IOException {
        requireOpen();
        List<BlobName> names = new ArrayList<>();
        try (DirectoryStream<Path> prefixes =
                Files.newDirectoryStream(root.resolve(kind.directoryName()))) {
            for (Path prefix : prefixes) {
                if (Files.isDirectory(prefix)) {
                    addNames(kind, prefix, names);
                }
            }
        }
        return names;
    }

    private static void addNames(BlobKind kind, Path directory, List<BlobName> names)
            throws IOException {
        String prefix = directory.getFileName().toString();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String id = file.getFileName().toString();
                if (BlobName.isId(id) && id.startsWith(prefix)) {
                    names.add(new BlobName(kind, id));
                } else {
                    LOG.warn("{} does not have the name of a blob and is left alone", file);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            temporaries.close();
        }
    }

    private Path directoryOf(BlobName name) {
        return root.resolve(name.kind().directoryName())
                .resolve(name.id().substring(0, PREFIX_DIGITS));
    }

    private void deleteTemporary(Path temporary) {
        try {
            disk.delete(temporary);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted; the next start will", temporary, e);
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the blob store at " + root + " is closed");
        }
    }
}
