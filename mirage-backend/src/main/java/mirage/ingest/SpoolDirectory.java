package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.CatalogEntry;
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.manifest.UploadDigests;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The staging area: where uploads are received, and where acknowledged ones wait to be taken apart. Any number of nodes
 * work here; only the node in a spool's name takes it apart.
 * <pre>
 *   NAME.spool    the bytes of an upload, sparse; NAME is a {@link SpoolName}
 *   NAME.map      what was seen of it, from when it is acknowledged
 *   ID.claim      the name of the node that receives an image now
 * </pre>
 * A spool means something only while a catalog entry names it; any other is being received, or what a crash left.
 */
public final class SpoolDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);
    private static final String SPOOL = ".spool";
    private static final String MAP = ".map";
    private static final String CLAIM = ".claim";
    private static final String TEMPORARY = ".tmp";

    private final Path directory;
    private final String node;

    private SpoolDirectory(Path directory, String node) {
        this.directory = directory;
        this.node = node;
    }

    /**
     * @param node of this process
     */
    public static SpoolDirectory open(Path directory, String node) throws IOException {
        Files.createDirectories(directory);
        return new SpoolDirectory(directory, node);
    }

    /**
     * Keeps every other node from receiving an image.
     *
     * @return false when one is receiving it
     */
    public boolean claim(ImageId image) throws IOException {
        Path temporary = file(SpoolName.next(image, node), TEMPORARY);
        try {
            // By a link: a claim has its node in it from the first moment.
            Files.writeString(temporary, node, StandardOpenOption.CREATE_NEW);
            Files.createLink(claimFile(image), temporary);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Gives an image back that was claimed. */
    public void release(ImageId image) throws IOException {
        Files.deleteIfExists(claimFile(image));
    }

    /** A name for a spool of this node. */
    public SpoolName newName(ImageId image) {
        return SpoolName.next(image, node);
    }

    /**
     * Reads an upload to its end. Zero blocks are not written: the file is sparse.
     *
     * @throws IOException what the upload or the disk throws; nothing is left then
     */
    public Spool receive(SpoolName name, InputStream upload) throws IOException {
        Path file = file(name, SPOOL);
        boolean received = false;
        try (DigestThreads digests =
                new DigestThreads(name.image().value(), UploadMap.STRETCH_BYTES)) {
            UploadMap map = write(upload, file, digests);
            Spool spool = new Spool(name, file, digests.finish(), map);
            received = true;
            return spool;
        } finally {
            if (!received) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Makes a spool durable, so that it can be acknowledged: its bytes, its map, their names. */
    public void force(Spool spool) throws IOException {
        writeMap(spool.name(), spool.map());
        try (FileChannel bytes =
                FileChannel.open(file(spool.name(), SPOOL), StandardOpenOption.WRITE)) {
            bytes.force(true);
        }
        forceDirectory();
    }

    private void writeMap(SpoolName name, UploadMap map) throws IOException {
        try (FileChannel file =
                FileChannel.open(
                        file(name, MAP), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer encoded = UploadMapFormat.encode(map);
            while (encoded.hasRemaining()) {
                file.write(encoded);
            }
            file.force(true);
        }
    }

    /**
     * The bytes of an image that the catalog says is spooled, held against their checksums. Those of a spool from before
     * there were nodes have none.
     *
     * @throws NoSuchFileException when the spool is gone: the catalog may say by now where the image is
     */
    public ByteSource open(CatalogEntry entry) throws IOException {
        SpoolName name = SpoolName.of(entry);
        FileSource file = FileSource.open(file(name, SPOOL));
        boolean opened = false;
        try {
            if (file.length() != entry.size()) {
                throw new IOException(
                        "spool "
                                + name
                                + ": "
                                + entry.size()
                                + " bytes expected, found "
                                + file.length());
            }
            ByteSource bytes =
                    name.number().isEmpty()
                            ? file
                            : new CheckedSpool("spool " + name, file, readMap(name, entry.size()));
            opened = true;
            return bytes;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /**
     * Takes up an acknowledged upload after a restart. Without a readable map it is read once more.
     *
     * @throws IOException when it is not what was acknowledged
     */
    public Spool resume(CatalogEntry entry) throws IOException {
        SpoolName name = SpoolName.of(entry);
        try {
            UploadMap map = readMap(name, entry.size());
            return new Spool(name, file(name, SPOOL), entry.digests(), map);
        } catch (NoSuchFileException | CorruptBlobException | UnsupportedBlobException e) {
            LOG.info("spool {} is read again, its map cannot be read: {}", name, e.getMessage());
        }
        UploadMap.Builder map = new UploadMap.Builder();
        UploadDigests found;
        try (InputStream bytes = Files.newInputStream(file(name, SPOOL));
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
                    "spool "
                            + name
                            + ": sha256 "
                            + entry.digests().sha256()
                            + " expected, found "
                            + found.sha256());
        }
        return new Spool(name, file(name, SPOOL), found, map.build());
    }

    private UploadMap readMap(SpoolName name, long size) throws IOException {
        byte[] encoded = Files.readAllBytes(file(name, MAP));
        return UploadMapFormat.decode("map of spool " + name, ByteBuffer.wrap(encoded), size);
    }

    /**
     * Gives a spool a second name, durably.
     *
     * @param to a new one of this node
     * @throws NoSuchFileException when the spool is gone
     */
    public void link(CatalogEntry entry, SpoolName to) throws IOException {
        SpoolName from = SpoolName.of(entry);
        boolean linked = false;
        Files.createLink(file(to, SPOOL), file(from, SPOOL));
        try {
            if (from.number().isEmpty()) {
                try (Spool read = resume(entry)) {
                    writeMap(to, read.map());
                }
            } else {
                Files.createLink(file(to, MAP), file(from, MAP));
            }
            forceDirectory();
            linked = true;
        } finally {
            if (!linked) {
                delete(to);
            }
        }
    }

    /**
     * A file for what is needed while an image is taken apart. It has no name: it is gone when it is closed, or when the process
     * ends in whatever way.
     */
    FileChannel openScratch(ImageId image) throws IOException {
        Path file = file(newName(image), TEMPORARY);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        boolean nameless = false;
        try {
            Files.delete(file);
            nameless = true;
            return channel;
        } finally {
            if (!nameless) {
                channel.close();
            }
        }
    }

    /** How many bytes more its file system takes. */
    long usableBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Removes a spool. Missing is no error; who has it open can go on reading. */
    public void delete(SpoolName name) throws IOException {
        Files.deleteIfExists(file(name, SPOOL));
        Files.deleteIfExists(file(name, MAP));
    }

    public boolean exists(SpoolName name) {
        return Files.exists(file(name, SPOOL));
    }

    /** All spools, of all nodes; those whose bytes are gone and whose map is not, too. */
    public List<SpoolName> list() throws IOException {
        List<SpoolName> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*{.spool,.map}")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                SpoolName spool = SpoolName.parse(name.substring(0, name.lastIndexOf('.')));
                if (spool != null && !names.contains(spool)) {
                    names.add(spool);
                }
            }
        }
        return names;
    }

    /** Removes the claims of a node that does not run, and its temporary files. */
    public void removeClaims(String ofNode) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*{.claim,.tmp}")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(CLAIM)
                        ? ofNode.equals(claimant(file))
                        : name.contains("@" + ofNode + "@")) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String claimant(Path claim) throws IOException {
        try {
            return Files.readString(claim, StandardCharsets.UTF_8);
        } catch (NoSuchFileException releasedMeanwhile) {
            return "";
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static UploadMap write(InputStream upload, Path file, DigestThreads digests)
            throws IOException {
        UploadMap.Builder map = new UploadMap.Builder();
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
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

    private Path claimFile(ImageId image) {
        return directory.resolve(image + CLAIM);
    }

    private Path file(SpoolName name, String suffix) {
        return directory.resolve(name + suffix);
    }
}
