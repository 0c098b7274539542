package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.manifest.UploadDigests;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An upload that was received whole: one sparse file, its digests, and what was seen of it on the way. */
public final class Spool implements Closeable {
    private final ImageId image;
    private final Path file;
    private final UploadDigests digests;
    private final UploadMap map;
    private final ByteSource bytes;

    Spool(ImageId image, Path file, UploadDigests digests, UploadMap map) throws IOException {
        this.image = image;
        this.file = file;
        this.digests = digests;
        this.map = map;
        this.bytes = new SpoolSource(FileSource.open(file), map);
    }

    public ImageId image() {
        return image;
    }

    public long size() {
        return map.size();
    }

    public UploadDigests digests() {
        return digests;
    }

    /** The upload. Its holes are known without reading. */
    public ByteSource bytes() {
        return bytes;
    }

    UploadMap map() {
        return map;
    }

    /** Makes the upload durable: the file's bytes, then its name. */
    public void force() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try (FileChannel directory =
                FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Removes the file. Who has it open can go on reading. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }

    /** The file, with the zero blocks that were seen as holes. */
    private record SpoolSource(ByteSource file, UploadMap map) implements ByteSource {
        @Override
        public long length() {
            return file.length();
        }

        @Override
        public int readAt(long position, ByteBuffer target) throws IOException {
            return file.readAt(position, target);
        }

        @Override
        public Run runAt(long position) {
            return new Run(map.endOfRun(position) - position, map.isZeroBlock(position));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
