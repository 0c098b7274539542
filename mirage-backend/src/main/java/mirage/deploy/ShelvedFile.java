package mirage.deploy;

import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/** An open file of a {@link Shelf}: it can be read also when the shelf has removed it. Safe for use by many threads. */
public final class ShelvedFile implements ByteSource {
    private final FileChannel file;
    private final ShelfFooter footer;

    private ShelvedFile(FileChannel file, ShelfFooter footer) {
        this.file = file;
        this.footer = footer;
    }

    /**
     * Opens a file.
     *
     * @return null when it is damaged in its length or its footer
     * @throws NoSuchFileException when there is none
     */
    static @Nullable ShelvedFile open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        ShelvedFile opened = null;
        try {
            long length = file.size();
            ByteBuffer bytes = ByteBuffer.allocate(ShelfFooter.BYTES);
            if (length >= ShelfFooter.BYTES) {
                read(file, length - ShelfFooter.BYTES, bytes);
            }
            ShelfFooter footer = ShelfFooter.decode(bytes.flip(), length);
            opened = footer == null ? null : new ShelvedFile(file, footer);
            return opened;
        } finally {
            if (opened == null) {
                file.close();
            }
        }
    }

    @Override
    public long length() {
        return footer.length();
    }

    /** Of the content as it was made, in hexadecimal. */
    public String sha256() {
        return footer.sha256();
    }

    Instant madeAt() {
        return footer.madeAt();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int wanted = (int) Math.min(target.remaining(), Math.max(0, length() - position));
        ByteBuffer part = target.slice(target.position(), wanted);
        int read = read(file, position, part);
        target.position(target.position() + read);
        return read;
    }

    /**
     * Writes a range in order.
     *
     * @param offset {@code offset + length} is at most {@link #length()}
     * @param target blocks as it likes; stays open
     * @throws EOFException when the file was cut short meanwhile
     */
    public void transferTo(long offset, long length, WritableByteChannel target)
            throws IOException {
        long end = offset + length;
        if (offset < 0 || length < 0 || end > length()) {
            throw new IllegalArgumentException(length + " bytes at " + offset + " of " + length());
        }
        for (long at = offset; at < end; ) {
            long written = file.transferTo(at, end - at, target);
            if (written == 0 && at >= file.size()) {
                throw new EOFException(length() + " bytes expected, found " + file.size());
            }
            at += written;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static int read(FileChannel file, long position, ByteBuffer target) throws IOException {
        int all = 0;
        while (target.hasRemaining()) {
            int read = file.read(target, position + all);
            if (read < 0) {
                break;
            }
            all += read;
        }
        return all;
    }
}
