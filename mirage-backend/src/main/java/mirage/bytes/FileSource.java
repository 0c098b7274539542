package mirage.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A regular file. Its length is taken when it is opened. */
public final class FileSource implements ByteSource {
    private final FileChannel channel;
    private final long length;

    private FileSource(FileChannel channel) throws IOException {
        this.channel = channel;
        this.length = channel.size();
    }

    public static FileSource open(Path file) throws IOException {
        return new FileSource(FileChannel.open(file, StandardOpenOption.READ));
    }

    /**
     * An open file, as long as it is now.
     *
     * @param channel readable; {@link #close} closes it
     */
    public static FileSource of(FileChannel channel) throws IOException {
        return new FileSource(channel);
    }

    /**
     * Has the kernel write bytes to another file at its position, see {@link FileChannel#transferTo}.
     *
     * @return how many, at least one unless the source ends there
     */
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return channel.transferTo(position, count, target);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int before = target.position();
        int limit = target.limit();
        target.limit(before + (int) Math.max(0, Math.min(target.remaining(), length - position)));
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, position + target.position() - before);
                if (read < 0) {
                    break;
                }
            }
        } finally {
            target.limit(limit);
        }
        return target.position() - before;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
