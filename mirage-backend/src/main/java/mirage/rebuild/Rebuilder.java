package mirage.rebuild;

import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.pack.ChunkStore;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Streams what a recipe rebuilds. The range is taken in windows; while one is written, the next is being filled by
 * other threads, each frame of it read and decompressed once, and each encoded run made. Memory is two windows, the frames
 * in flight and the content that is being encoded, a few dozen clusters, whatever the size of the image and however its
 * chunks are scattered. The first few streams have large windows; those
 * beside them have small ones, so that many slow readers do not fill the heap.
 *
 * <p>Every frame is held against its checksums, every chunk against its name, and what is encoded against its checksum; one
 * that fails ends the stream with an exception before any byte of it is written.
 */
public final class Rebuilder {
    /** Large enough that most frames of a window are used whole. */
    private static final long LARGE_WINDOW_BYTES = 4 << 20;

    /** Frames are shared between the windows that need them by the store's cache. */
    private static final long SMALL_WINDOW_BYTES = 512 << 10;

    private static final int LARGE_STREAMS = 8;

    /** Content that is being encoded in a window; the memory for it goes when it is. */
    private static final int LARGE_CONTENT_BYTES = 2 << 20;

    private static final int SMALL_CONTENT_BYTES = 256 << 10;

    private final ChunkStore chunks;
    private final Executor readers;
    private final Semaphore largeStreams = new Semaphore(LARGE_STREAMS);

    /**
     * @param readers runs the reading and decompressing of frames
     */
    public Rebuilder(ChunkStore chunks, Executor readers) {
        this.chunks = chunks;
        this.readers = readers;
    }

    /** Writes {@code [offset, offset + length)} of what the recipe rebuilds. The target stays open. */
    public void transferTo(Recipe recipe, long offset, long length, WritableByteChannel target)
            throws IOException {
        transferTo(recipe, offset, length, Original.NONE, target);
    }

    /**
     * Writes {@code [offset, offset + length)} of what the recipe rebuilds. The target stays open.
     *
     * @param original asked for encoded runs before they are made, and given those that were made; stays open
     */
    public void transferTo(
            Recipe recipe, long offset, long length, Original original, WritableByteChannel target)
            throws IOException {
        boolean large = length > SMALL_WINDOW_BYTES && largeStreams.tryAcquire();
        try {
            new Stream(
                            new RecipeReader(recipe, chunks),
                            original,
                            offset + length,
                            large ? LARGE_WINDOW_BYTES : SMALL_WINDOW_BYTES,
                            large ? LARGE_CONTENT_BYTES : SMALL_CONTENT_BYTES)
                    .transferTo(offset, target);
        } finally {
            if (large) {
                largeStreams.release();
            }
        }
    }

    /** One transfer. */
    private final class Stream {
        private final RecipeReader reader;
        private final Original original;
        private final long end;
        private final long windowBytes;
        private final int contentBytes;
        private ByteBuffer idle = ByteBuffer.allocate(0);
        private ByteBuffer last = idle;

        Stream(
                RecipeReader reader,
                Original original,
                long end,
                long windowBytes,
                int contentBytes) {
            this.reader = reader;
            this.original = original;
            this.end = end;
            this.windowBytes = windowBytes;
            this.contentBytes = contentBytes;
        }

        void transferTo(long offset, WritableByteChannel target) throws IOException {
            @Nullable RebuildWindow ahead = null;
            try {
                for (long at = offset; at < end; ) {
                    RebuildWindow current = ahead != null ? ahead : window(at);
                    ahead = current.end() < end ? window(current.end()) : null;
                    current.writeTo(target);
                    at = current.end();
                }
            } finally {
                if (ahead != null) {
                    ahead.cancel();
                }
            }
        }

        private RebuildWindow window(long at) throws IOException {
            RebuildWindow window =
                    RebuildWindow.plan(
                            reader,
                            at,
                            Math.min(windowBytes, end - at),
                            contentBytes,
                            original,
                            chunks);
            // The buffer of the window before the last, which is written.
            ByteBuffer buffer = idle;
            idle = last;
            if (buffer.capacity() < window.bufferBytes()) {
                buffer = ByteBuffer.allocate(window.bufferBytes());
            }
            last = buffer;
            window.fill(buffer, readers);
            return window;
        }
    }
}
