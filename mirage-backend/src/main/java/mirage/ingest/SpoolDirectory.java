package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.manifest.UploadDigests;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The staging area: where uploads are received, and where acknowledged ones wait to be taken apart. A file here means
 * something only while the catalog says that its image is spooled; any other is what a crash left.
 */
public final class SpoolDirectory {
    private static final String SUFFIX = ".spool";

    private final Path directory;

    private SpoolDirectory(Path directory) {
        this.directory = directory;
    }

    public static SpoolDirectory open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new SpoolDirectory(directory);
    }

    /**
     * Reads an upload to its end. Zero blocks are not written: the file is sparse.
     *
     * @throws IOException what the upload or the disk throws; nothing is left then
     */
    public Spool receive(ImageId image, InputStream upload) throws IOException {
        Path file = file(image);
        boolean received = false;
        // A new file, never an old one made empty: an earlier image of this id may still be read.
        Files.deleteIfExists(file);
        try (DigestThreads digests = new DigestThreads(image.value(), UploadMap.STRETCH_BYTES)) {
            UploadMap map = write(upload, file, digests);
            Spool spool = new Spool(image, file, digests.finish(), map);
            received = true;
            return spool;
        } finally {
            if (!received) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The bytes of an image that the catalog says is spooled. */
    public ByteSource open(CatalogEntry entry) throws IOException {
        FileSource source = FileSource.open(file(entry.image()));
        if (source.length() != entry.size()) {
            source.close();
            throw new IOException(
                    "spool of image "
                            + entry.image()
                            + ": "
                            + entry.size()
                            + " bytes expected, found "
                            + source.length());
        }
        return source;
    }

    /**
     * Takes up an acknowledged upload after a restart: reads it once more.
     *
     * @throws IOException when it is not what was acknowledged
     */
    public Spool resume(CatalogEntry entry) throws IOException {
        UploadMap.Builder map = new UploadMap.Builder();
        UploadDigests found;
        try (InputStream bytes = Files.newInputStream(file(entry.image()));
                DigestThreads digests =
                        new DigestThreads(entry.image().value(), UploadMap.STRETCH_BYTES)) {
            while (true) {
                DigestThreads.Buffer buffer = digests.take();
                int length = bytes.readNBytes(buffer.bytes, 0, buffer.bytes.length);
                if (length == 0) {
                    break;
                }
                digests.put(buffer, length);
                map.add(buffer.bytes, length);
            }
            found = digests.finish();
        }
        if (!found.equals(entry.digests())) {
            throw new IOException(
                    "spool of image "
                            + entry.image()
                            + ": sha256 "
                            + entry.digests().sha256()
                            + " expected, found "
                            + found.sha256());
        }
        return new Spool(entry.image(), file(entry.image()), found, map.build());
    }

    /** Removes the spool of an image. Missing is no error. */
    public void delete(ImageId image) throws IOException {
        Files.deleteIfExists(file(image));
    }

    /** Removes what a crash left: every spool but those of the images whose ids are given. */
    public void deleteAllBut(Set<String> spooled) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)
                        && !spooled.contains(name.substring(0, name.length() - SUFFIX.length()))) {
                    Files.delete(file);
                }
            }
        }
    }

    private static UploadMap write(InputStream upload, Path file, DigestThreads digests)
            throws IOException {
        UploadMap.Builder map = new UploadMap.Builder();
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(0);
            long size = 0;
            while (true) {
                DigestThreads.Buffer buffer = digests.take();
                int length = upload.readNBytes(buffer.bytes, 0, buffer.bytes.length);
                if (length == 0) {
                    break;
                }
                digests.put(buffer, length);
                map.add(buffer.bytes, length);
                writeData(access.getChannel(), size, buffer.bytes, length);
                size += length;
            }
            access.setLength(size);
        }
        return map.build();
    }

    private static void writeData(FileChannel channel, long offset, byte[] bytes, int length)
            throws IOException {
        for (int at = 0; at < length; ) {
            int end = at;
            while (end < length && !isZeroBlock(bytes, end, length)) {
                end = Math.min(length, end + UploadMap.BLOCK_BYTES);
            }
            ByteBuffer data = ByteBuffer.wrap(bytes, at, end - at);
            while (data.hasRemaining()) {
                channel.write(data, offset + data.position());
            }
            at = Math.min(length, Math.max(end, at) + (end < length ? UploadMap.BLOCK_BYTES : 0));
        }
    }

    private static boolean isZeroBlock(byte[] bytes, int at, int length) {
        return UploadMap.isZero(bytes, at, Math.min(UploadMap.BLOCK_BYTES, length - at));
    }

    private Path file(ImageId image) {
        return directory.resolve(image + SUFFIX);
    }
}
