package mirage.rebuild;

import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.pack.ChunkStore;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;

/**
 * Streams what a recipe rebuilds. The range is taken in windows; while one is written, the next is being filled by
 * other threads, each frame of it read and decompressed once. Memory is two windows and the frames in flight,
 * whatever the size of the image and however its chunks are scattered.
 *
 * <p>Every frame is held against its checksums and every chunk against its name; one that fails ends the stream with an
 * exception before any byte of its window is written.
 */
public final class Rebuilder {
    /** Large enough that most frames of a window are used whole, small enough for many downloads at a time. */
    private static final long WINDOW_BYTES = 4 << 20;

    private final ChunkStore chunks;
    private final Executor readers;

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
        RecipeReader reader = new RecipeReader(recipe, chunks);
        long end = offset + length;
        ByteBuffer now = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, length));
        ByteBuffer next =
                ByteBuffer.allocate(
                        (int) Math.min(WINDOW_BYTES, Math.max(0, length - WINDOW_BYTES)));
        @Nullable RebuildWindow ahead = null;
        try {
            for (long at = offset; at < end; at += WINDOW_BYTES) {
                RebuildWindow current = ahead != null ? ahead : window(reader, at, end, now);
                ahead =
                        at + WINDOW_BYTES < end
                                ? window(reader, at + WINDOW_BYTES, end, next)
                                : null;
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

    private RebuildWindow window(RecipeReader reader, long at, long end, ByteBuffer buffer)
            throws IOException {
        RebuildWindow window =
                RebuildWindow.plan(reader, at, Math.min(WINDOW_BYTES, end - at), chunks);
        window.fill(buffer, readers);
        return window;
    }
}
