package mirage.agent.build;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A base that is read. It may be cut short or go away under us: then its reads fail with an exception of its own. */
final class BaseFile implements ByteSource {
    private final FileSource source;

    private BaseFile(FileSource source) {
        this.source = source;
    }

    static BaseFile open(Path file) throws BaseFailedException {
        try {
            return new BaseFile(FileSource.open(file));
        } catch (IOException failure) {
            throw new BaseFailedException(failure);
        }
    }

    @Override
    public long length() {
        return source.length();
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws BaseFailedException {
        try {
            int before = target.remaining();
            int read = source.readAt(position, target);
            if (read < Math.min(before, length() - position)) {
                throw new IOException("cut short at " + (position + read));
            }
            return read;
        } catch (IOException failure) {
            throw new BaseFailedException(failure);
        }
    }

    /**
     * Has the kernel copy a part of it, which shares blocks where the file system can.
     *
     * @param to a file of which nothing is written from {@code at} on
     * @param at where it goes in that file
     * @return false when that was not done to its end, and nothing of it is left there: whoever copies by reading learns
     *     why
     */
    boolean copy(long from, long length, FileChannel to, long at) throws IOException {
        if (isCopied(from, length, to.position(at))) {
            return true;
        }
        // The base may be another by the time it is read, and zeros are not written over what is
        // here.
        to.truncate(at);
        return false;
    }

    private boolean isCopied(long from, long length, FileChannel to) {
        try {
            for (long done = 0; done < length; ) {
                long count = source.transferTo(from + done, length - done, to);
                if (count <= 0) {
                    return false;
                }
                done += count;
            }
            return true;
        } catch (IOException failure) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** The base cannot be read. */
    static final class BaseFailedException extends IOException {
        private static final long serialVersionUID = 1;

        BaseFailedException(IOException cause) {
            super("the base cannot be read: " + cause, cause);
        }
    }
}
