package mirage.rebuild;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Encoded bytes in a directory: for each container one sparse file of its length, with the bytes that were made at the
 * places that they have in the container. What a file has is found out by reading: holes and damage fail the checksum that
 * the reader knows, and are made again. So nothing here is forced, journaled or locked, and all of it may be deleted.
 *
 * <p>The files that were used last stay, as many as a budget has room for; each counts with its whole length. One that is
 * deleted while it is read goes when its reader is done.
 */
public final class DirectoryOriginals implements Originals {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryOriginals.class);

    private final Path directory;
    private final long mostBytes;

    /** Length by name, what was used last at the end. */
    private final Map<String, Long> lengths = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    private DirectoryOriginals(Path directory, long mostBytes) {
        this.directory = directory;
        this.mostBytes = mostBytes;
    }

    /**
     * Opens a directory, which is made when it is missing.
     *
     * @param directory of this process alone
     * @param mostBytes budget; what is there beyond it goes
     */
    public static DirectoryOriginals open(Path directory, long mostBytes) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DirectoryOriginals originals = new DirectoryOriginals(directory, mostBytes);
        originals.takeStock();
        return originals;
    }

    private record Found(String name, long length, FileTime used) {}

    private synchronized void takeStock() throws IOException {
        List<Found> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                found.add(
                        new Found(
                                file.getFileName().toString(),
                                Files.size(file),
                                Files.getLastModifiedTime(file)));
            }
        }
        found.sort(Comparator.comparing(Found::used));
        for (Found file : found) {
            lengths.put(file.name, file.length);
            bytes += file.length;
        }
        makeRoom(0);
    }

    @Override
    public Original open(String name, long length) {
        return new FileOriginal(name, length);
    }

    /** Whether there is a file, which is used now. */
    private synchronized boolean has(String name) {
        return lengths.get(name) != null;
    }

    /** Makes room for a file. Returns whether there can be any. */
    private synchronized boolean admit(String name, long length) {
        if (length == 0 || length > mostBytes) {
            return false;
        }
        if (!has(name)) {
            makeRoom(length);
            lengths.put(name, length);
            bytes += length;
        }
        return true;
    }

    private void makeRoom(long length) {
        while (bytes > mostBytes - length && !lengths.isEmpty()) {
            Map.Entry<String, Long> eldest = lengths.entrySet().iterator().next();
            lengths.remove(eldest.getKey());
            bytes -= eldest.getValue();
            try {
                Files.deleteIfExists(directory.resolve(eldest.getKey()));
            } catch (IOException e) {
                LOG.warn("an encoded image that is not needed cannot be deleted", e);
            }
        }
    }

    /** A file that is opened when it is needed, and made when there is something to keep. */
    private final class FileOriginal implements Original {
        private final String name;
        private final long length;
        private @Nullable FileChannel channel;
        private boolean closed;

        FileOriginal(String name, long length) {
            this.name = name;
            this.length = length;
        }

        @Override
        public boolean read(long offset, byte[] target) {
            FileChannel file = file(false);
            if (file == null) {
                return false;
            }
            try {
                ByteBuffer buffer = ByteBuffer.wrap(target);
                while (buffer.hasRemaining()) {
                    if (file.read(buffer, offset + buffer.position()) < 0) {
                        return false;
                    }
                }
                return true;
            } catch (IOException e) {
                LOG.debug("an encoded image cannot be read", e);
                return false;
            }
        }

        @Override
        public void keep(long offset, byte[] encoded) {
            FileChannel file = file(true);
            if (file == null) {
                return;
            }
            try {
                ByteBuffer buffer = ByteBuffer.wrap(encoded);
                while (buffer.hasRemaining()) {
                    buffer.position(
                            buffer.position()
                                    + file.write(buffer.duplicate(), offset + buffer.position()));
                }
            } catch (IOException e) {
                LOG.debug("an encoded image cannot be kept", e);
            }
        }

        private synchronized @Nullable FileChannel file(boolean make) {
            if (channel == null && !closed && (make ? admit(name, length) : has(name))) {
                try {
                    channel = make ? made() : FileChannel.open(path(), READ, WRITE);
                } catch (IOException e) {
                    LOG.debug("an encoded image cannot be opened", e);
                }
            }
            return channel;
        }

        private Path path() {
            return directory.resolve(name);
        }

        private FileChannel made() throws IOException {
            FileChannel file = FileChannel.open(path(), READ, WRITE, CREATE, SPARSE);
            if (file.size() < length) {
                file.write(ByteBuffer.allocate(1), length - 1);
            }
            return file;
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (channel == null) {
                return;
            }
            try (FileChannel file = channel) {
                Files.setLastModifiedTime(path(), FileTime.fromMillis(System.currentTimeMillis()));
            } catch (IOException e) {
                LOG.debug("an encoded image went while it was used", e);
            }
        }
    }
}
