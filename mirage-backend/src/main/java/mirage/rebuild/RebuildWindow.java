package mirage.rebuild;

import mirage.blob.MissingBlobException;
import mirage.chunk.ChunkId;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.pack.ChunkPlace;
import mirage.pack.ChunkStore;
import mirage.pack.CorruptPackException;
import mirage.pack.FrameId;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * A stretch of a recipe on its way to bytes: the read plan (which parts of which frames go where), and the buffer that
 * readers fill in any order.
 */
final class RebuildWindow {
    private static final Logger LOG = LoggerFactory.getLogger(RebuildWindow.class);
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1 << 18).asReadOnlyBuffer();

    private final List<RecipeRun> runs;
    private final Map<FrameId, List<Part>> parts;
    private final ChunkStore chunks;
    private final List<FutureTask<@Nullable Void>> reads = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /** A slice of a chunk of a frame, and where it goes in the window's buffer. */
    private record Part(RecipeRun.Chunk slice, ChunkPlace place, int offsetInBuffer) {}

    private RebuildWindow(List<RecipeRun> runs, Map<FrameId, List<Part>> parts, ChunkStore chunks) {
        this.runs = runs;
        this.parts = parts;
        this.chunks = chunks;
    }

    static RebuildWindow plan(RecipeReader reader, long offset, long length, ChunkStore chunks)
            throws IOException {
        List<RecipeRun> runs = new ArrayList<>();
        List<RecipeRun.Chunk> slices = new ArrayList<>();
        List<ChunkId> ids = new ArrayList<>();
        reader.forEachRun(
                offset,
                length,
                (_, run) -> {
                    runs.add(run);
                    if (run instanceof RecipeRun.Chunk chunk) {
                        slices.add(chunk);
                        ids.add(chunk.id());
                    }
                });
        List<ChunkPlace> places = chunks.requireAll(ids);
        Map<FrameId, List<Part>> parts = new LinkedHashMap<>();
        int inBuffer = 0;
        for (int i = 0; i < places.size(); i++) {
            RecipeRun.Chunk slice = slices.get(i);
            ChunkPlace place = places.get(i);
            if (slice.offset() + slice.length() > place.length()) {
                throw new IOException(
                        "recipe wants bytes up to "
                                + (slice.offset() + slice.length())
                                + " of chunk "
                                + slice.id()
                                + ", which has "
                                + place.length());
            }
            parts.computeIfAbsent(place.frameId(), _ -> new ArrayList<>())
                    .add(new Part(slice, place, inBuffer));
            inBuffer += (int) slice.length();
        }
        return new RebuildWindow(runs, parts, chunks);
    }

    /** Starts to fill the buffer, which belongs to this window until it is written. */
    void fill(ByteBuffer target, Executor readers) {
        buffer = target;
        for (Map.Entry<FrameId, List<Part>> frame : parts.entrySet()) {
            FutureTask<@Nullable Void> read =
                    new FutureTask<>(() -> copy(frame.getKey(), frame.getValue()));
            reads.add(read);
            readers.execute(read);
        }
    }

    /** Waits for the readers and writes everything in order. */
    void writeTo(WritableByteChannel target) throws IOException {
        await();
        int inBuffer = 0;
        for (RecipeRun run : runs) {
            switch (run) {
                case RecipeRun.Zero zero -> writeZeros(zero.length(), target);
                case RecipeRun.Chunk chunk -> {
                    writeFully(buffer.slice(inBuffer, (int) chunk.length()), target);
                    inBuffer += (int) chunk.length();
                }
            }
        }
    }

    /** Gives up what was not read yet; readers under way end by themselves. */
    void cancel() {
        reads.forEach(read -> read.cancel(false));
    }

    private @Nullable Void copy(FrameId frame, List<Part> wanted) throws IOException {
        try {
            ByteBuffer content = chunks.readFrame(frame);
            for (Part part : wanted) {
                copy(part, chunks.chunkIn(content, part.slice().id(), part.place()));
            }
        } catch (MissingBlobException | CorruptPackException e) {
            LOG.warn("frame {} cannot be read, its chunks are looked for elsewhere", frame, e);
            for (Part part : wanted) {
                copy(part, chunks.read(part.slice().id()));
            }
        }
        return null;
    }

    private void copy(Part part, ByteBuffer chunk) {
        RecipeRun.Chunk slice = part.slice();
        buffer.put(part.offsetInBuffer(), chunk, slice.offset(), (int) slice.length());
    }

    private void await() throws IOException {
        try {
            for (FutureTask<@Nullable Void> read : reads) {
                read.get();
            }
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading chunks");
        } catch (ExecutionException e) {
            cancel();
            if (e.getCause() instanceof IOException cause) {
                // As it is: who catches it tells damage from what may be tried again.
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void writeZeros(long length, WritableByteChannel target) throws IOException {
        for (long left = length; left > 0; ) {
            int part = (int) Math.min(left, ZEROS.capacity());
            writeFully(ZEROS.slice(0, part), target);
            left -= part;
        }
    }

    private static void writeFully(ByteBuffer bytes, WritableByteChannel target)
            throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
