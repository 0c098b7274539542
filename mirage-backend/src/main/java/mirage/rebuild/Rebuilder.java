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
 * other threads, each frame of it read and decompressed once. Memory is two windows and the frames in flight,
 * whatever the size of the image and however its chunks are scattered. The first few streams have large windows; those
 * beside them have small ones, so that many slow readers do not fill the heap.
 *
 * <p>Every frame is held against its checksums and every chunk against its name; one that fails ends the stream with an
 * exception before any byte of its window is written.
 */
public final class Rebuilder {
    /** Large enough that most frames of a window are used whole. */
    private static final long LARGE_WINDOW_BYTES = 4 << 20;

    /** Frames are shared between the windows that need them by the store's cache. */
    private static final long SMALL_WINDOW_BYTES = 512 << 10;

    private static final int LARGE_STREAMS = 8;

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
        boolean large = length > SMALL_WINDOW_BYTES && largeStreams.tryAcquire();
        try {
            long windowBytes = large ? LARGE_WINDOW_BYTES : SMALL_WINDOW_BYTES;
            transferTo(new RecipeReader(recipe, chunks), offset, length, windowBytes, target);
        } finally {
            if (large) {
                largeStreams.release();
            }
        }
    }

    private void transferTo(
            RecipeReader reader,
            long offset,
            long length,
            long windowBytes,
            WritableByteChannel target)
            throws IOException {
        long end = offset + length;
        ByteBuffer now = ByteBuffer.allocate((int) Math.min(windowBytes, length));
        ByteBuffer next =
                ByteBuffer.allocate((int) Math.min(windowBytes, Math.max(0, length - windowBytes)));
        @Nullable RebuildWindow ahead = null;
        try {
            for (long at = offset; at < end; at += windowBytes) {
                RebuildWindow current =
                        ahead != null ? ahead : window(reader, at, windowBytes, end, now);
                long following = at + windowBytes;
                ahead = following < end ? window(reader, following, windowBytes, end, next) : null;
                current.writeTo(target);
                ByteBuffer swapped = now;
                now = next;
                next = swapped;
            }
        } finally {
            if (ahead != null) {
                ahead.cancel();
            }
        }
    }

    private RebuildWindow window(
            RecipeReader reader, long at, long windowBytes, long end, ByteBuffer buffer)
            throws IOException {
        RebuildWindow window =
                RebuildWindow.plan(reader, at, Math.min(windowBytes, end - at), chunks);
        window.fill(buffer, readers);
        return window;
    }
}
