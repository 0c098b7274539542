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
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * A stretch of a recipe on its way to bytes: the read plan (which parts of which frames go where), and the buffer that
 * readers fill in any order. What encoders make stands beside the buffer.
 */
final class RebuildWindow {
    private static final Logger LOG = LoggerFactory.getLogger(RebuildWindow.class);
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(1 << 18).asReadOnlyBuffer();

    private final List<Output> outputs;
    private final Map<FrameId, List<Part>> parts;
    private final List<EncodingJob> jobs;
    private final long end;
    private final int bufferBytes;
    private final ChunkStore chunks;
    private final List<FutureTask<@Nullable Void>> reads = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /** What a run is written from. */
    private sealed interface Output {
        record Zeros(long length) implements Output {}

        record Buffered(int offset, int length) implements Output {}

        /** Bytes that were made before. */
        record Kept(byte[] encoded, int offset, int length) implements Output {}

        record Encoded(EncodingJob job, int offset, int length) implements Output {}
    }

    /**
     * A slice of a chunk, and where it goes.
     *
     * @param job whose content it belongs to; null for the window's buffer
     * @param offset in that content, or in the buffer
     */
    private record Slice(RecipeRun.Chunk chunk, @Nullable EncodingJob job, int offset) {}

    /** A slice of a chunk of a frame. */
    private record Part(Slice slice, ChunkPlace place) {}

    private RebuildWindow(Plan plan, Map<FrameId, List<Part>> parts, ChunkStore chunks) {
        this.outputs = plan.outputs;
        this.jobs = plan.jobs;
        this.end = plan.end;
        this.bufferBytes = plan.inBuffer;
        this.parts = parts;
        this.chunks = chunks;
    }

    /**
     * Plans a window.
     *
     * @param length at the most: a window ends before the encoded run that would be cut by its end, or whose content would be
     *     more than {@code mostContentBytes} with those before it, unless it begins with that run
     */
    static RebuildWindow plan(
            RecipeReader reader,
            long offset,
            long length,
            int mostContentBytes,
            Original original,
            ChunkStore chunks)
            throws IOException {
        Plan plan = new Plan(offset, length, mostContentBytes, original);
        reader.forEachRun(offset, length, plan::add);
        List<ChunkId> ids = plan.slices.stream().map(slice -> slice.chunk().id()).toList();
        List<ChunkPlace> places = chunks.requireAll(ids);
        Map<FrameId, List<Part>> parts = new LinkedHashMap<>();
        for (int i = 0; i < places.size(); i++) {
            Slice slice = plan.slices.get(i);
            ChunkPlace place = places.get(i);
            requireWithin(slice.chunk(), place);
            parts.computeIfAbsent(place.frameId(), _ -> new ArrayList<>())
                    .add(new Part(slice, place));
        }
        return new RebuildWindow(plan, parts, chunks);
    }

    private static void requireWithin(RecipeRun.Chunk slice, ChunkPlace place) throws IOException {
        if (slice.offset() + slice.length() > place.length()) {
            throw new IOException(
                    "recipe wants bytes up to "
                            + (slice.offset() + slice.length())
                            + " of chunk "
                            + slice.id()
                            + ", which has "
                            + place.length());
        }
    }

    /** Takes runs until the window is full. */
    private static final class Plan {
        private final long start;
        private final long mostEnd;
        private final int mostContentBytes;
        private final Original original;
        private final List<Output> outputs = new ArrayList<>();
        private final List<Slice> slices = new ArrayList<>();
        private final List<EncodingJob> jobs = new ArrayList<>();
        private int inBuffer;
        private int contentBytes;
        private long end;
        private boolean full;

        Plan(long start, long length, int mostContentBytes, Original original) {
            this.start = start;
            this.mostEnd = start + length;
            this.mostContentBytes = mostContentBytes;
            this.original = original;
            this.end = start;
        }

        void add(long at, RecipeRun run) {
            full |= run instanceof RecipeRun.Encoded encoded && !hasRoomFor(at, encoded);
            if (full) {
                return;
            }
            switch (run) {
                case RecipeRun.Zero zero -> outputs.add(new Output.Zeros(zero.length()));
                case RecipeRun.Chunk chunk -> {
                    int length = (int) chunk.length();
                    slices.add(new Slice(chunk, null, inBuffer));
                    outputs.add(new Output.Buffered(inBuffer, length));
                    inBuffer += length;
                }
                case RecipeRun.Encoded encoded -> outputs.add(output(at, encoded));
            }
            end = at + run.length();
        }

        private boolean hasRoomFor(long at, RecipeRun.Encoded run) {
            if (at == start || goesOn(at, run)) {
                return true;
            }
            boolean isCut =
                    at + run.length() == mostEnd
                            && run.offset() + run.length() < run.encodedLength();
            return !isCut && contentBytes + run.contentLength() <= mostContentBytes;
        }

        /** Whether it is the rest of what the end of a segment cut. */
        private boolean goesOn(long at, RecipeRun.Encoded run) {
            return !jobs.isEmpty() && jobs.getLast().makes(run, at - run.offset());
        }

        private Output output(long at, RecipeRun.Encoded run) {
            int length = (int) run.length();
            long from = at - run.offset();
            if (goesOn(at, run)) {
                return new Output.Encoded(jobs.getLast(), run.offset(), length);
            }
            byte[] kept = new byte[run.encodedLength()];
            if (original.read(from, kept) && EncodedRun.isMadeBy(run, kept)) {
                return new Output.Kept(kept, run.offset(), length);
            }
            EncodingJob job = new EncodingJob(run, from, original);
            int before = slices.size();
            int inContent = 0;
            for (RecipeRun part : run.content()) {
                if (part instanceof RecipeRun.Chunk chunk) {
                    slices.add(new Slice(chunk, job, inContent));
                }
                inContent += (int) part.length();
            }
            job.expect(slices.size() - before);
            contentBytes += inContent;
            jobs.add(job);
            return new Output.Encoded(job, run.offset(), length);
        }
    }

    /** Where it ends in what the recipe rebuilds. */
    long end() {
        return end;
    }

    /** How large a buffer it needs. */
    int bufferBytes() {
        return bufferBytes;
    }

    /** Starts to fill the buffer, which belongs to this window until it is written. */
    void fill(ByteBuffer target, Executor readers) {
        buffer = target;
        jobs.stream().filter(EncodingJob::isComplete).forEach(job -> readers.execute(job.made()));
        for (Map.Entry<FrameId, List<Part>> frame : parts.entrySet()) {
            FutureTask<@Nullable Void> read =
                    new FutureTask<>(() -> copy(frame.getKey(), frame.getValue(), readers));
            reads.add(read);
            readers.execute(read);
        }
    }

    /** Writes everything in order, as soon as it is there. */
    void writeTo(WritableByteChannel target) throws IOException {
        for (FutureTask<@Nullable Void> read : reads) {
            await(read);
        }
        for (Output output : outputs) {
            switch (output) {
                case Output.Zeros zeros -> writeZeros(zeros.length(), target);
                case Output.Buffered part ->
                        writeFully(buffer.slice(part.offset(), part.length()), target);
                case Output.Kept kept ->
                        writeFully(
                                ByteBuffer.wrap(kept.encoded(), kept.offset(), kept.length()),
                                target);
                case Output.Encoded part ->
                        writeFully(
                                ByteBuffer.wrap(
                                        await(part.job().made()), part.offset(), part.length()),
                                target);
            }
        }
    }

    /** Gives up what was not read yet; readers under way end by themselves. */
    void cancel() {
        reads.forEach(read -> read.cancel(false));
        jobs.forEach(job -> job.made().cancel(false));
    }

    private @Nullable Void copy(FrameId frame, List<Part> wanted, Executor encoders)
            throws IOException {
        int copied = 0;
        try {
            ByteBuffer content = chunks.readFrame(frame);
            for (Part part : wanted) {
                copy(
                        part,
                        chunks.chunkIn(content, part.slice().chunk().id(), part.place()),
                        encoders);
                copied++;
            }
        } catch (MissingBlobException | CorruptPackException e) {
            LOG.warn("frame {} cannot be read, its chunks are looked for elsewhere", frame, e);
            for (Part part : wanted.subList(copied, wanted.size())) {
                copy(part, chunks.read(part.slice().chunk().id()), encoders);
            }
        }
        return null;
    }

    private void copy(Part part, ByteBuffer bytes, Executor encoders) {
        Slice slice = part.slice();
        RecipeRun.Chunk chunk = slice.chunk();
        EncodingJob job = slice.job();
        if (job == null) {
            buffer.put(slice.offset(), bytes, chunk.offset(), (int) chunk.length());
        } else if (job.put(slice.offset(), bytes, chunk)) {
            encoders.execute(job.made());
        }
    }

    private <T> T await(Future<T> work) throws IOException {
        try {
            return work.get();
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
