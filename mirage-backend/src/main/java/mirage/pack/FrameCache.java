package mirage.pack;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Contents of the frames that were read last, up to a number of bytes. Many threads that want the same frame read it
 * once: the others wait for the first. Should the first fail, each of the others tries for itself, for the first's
 * failure may be its own (an interrupt).
 */
final class FrameCache {
    /** Reads a frame that is not in the cache. */
    interface Loader {
        ByteBuffer load(FrameId id) throws IOException;
    }

    private final long maxBytes;
    private final Loader loader;
    private final Map<FrameId, ByteBuffer> frames = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<FrameId, CompletableFuture<@Nullable ByteBuffer>> loading = new HashMap<>();
    private long bytes;

    FrameCache(long maxBytes, Loader loader) {
        this.maxBytes = maxBytes;
        this.loader = loader;
    }

    ByteBuffer get(FrameId id) throws IOException {
        CompletableFuture<@Nullable ByteBuffer> mine = new CompletableFuture<>();
        CompletableFuture<@Nullable ByteBuffer> first;
        synchronized (this) {
            ByteBuffer cached = frames.get(id);
            if (cached != null) {
                return cached;
            }
            first = loading.putIfAbsent(id, mine);
        }
        if (first == null) {
            return load(id, mine);
        }
        ByteBuffer loaded = first.join();
        return loaded != null ? loaded : loader.load(id);
    }

    private ByteBuffer load(FrameId id, CompletableFuture<@Nullable ByteBuffer> waiting)
            throws IOException {
        ByteBuffer loaded = null;
        try {
            loaded = loader.load(id);
            return loaded;
        } finally {
            synchronized (this) {
                loading.remove(id);
                if (loaded != null) {
                    keep(id, loaded);
                }
            }
            waiting.complete(loaded);
        }
    }

    private void keep(FrameId id, ByteBuffer content) {
        if (content.capacity() > maxBytes || frames.put(id, content) != null) {
            return;
        }
        bytes += content.capacity();
        Iterator<ByteBuffer> eldest = frames.values().iterator();
        while (bytes > maxBytes) {
            bytes -= eldest.next().capacity();
            eldest.remove();
        }
    }
}
