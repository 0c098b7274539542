package mirage.rebuild;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a recipe rebuilds, by position: for readers of formats and for {@code cat}. Streams use {@link Rebuilder}. */
public final class RecipeSource implements ByteSource {
    private final RecipeReader runs;
    private final ChunkSource chunks;
    private final long length;
    private volatile @Nullable Made last;

    /** What was made of an encoded run, and where all of it begins. */
    private record Made(long start, byte[] bytes) {}

    public RecipeSource(Recipe recipe, ChunkSource chunks) {
        this.runs = new RecipeReader(recipe, chunks);
        this.chunks = chunks;
        this.length = recipe.length();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length) {
            return 0;
        }
        int wanted = (int) Math.min(target.remaining(), length - position);
        runs.forEachRun(
                position,
                wanted,
                (at, run) -> {
                    switch (run) {
                        case RecipeRun.Zero zero ->
                                ByteSources.putZeros(target, (int) zero.length());
                        case RecipeRun.Chunk chunk -> put(chunk, target);
                        case RecipeRun.Encoded encoded ->
                                target.put(
                                        encoded(at - encoded.offset(), encoded),
                                        encoded.offset(),
                                        (int) encoded.length());
                    }
                });
        return wanted;
    }

    private void put(RecipeRun.Chunk chunk, ByteBuffer target) throws IOException {
        target.put(chunks.read(chunk.id()).slice(chunk.offset(), (int) chunk.length()));
    }

    /** Readers come in small steps: the last that was made is at hand for the next. */
    private byte[] encoded(long start, RecipeRun.Encoded run) throws IOException {
        Made known = last;
        if (known != null && known.start == start) {
            return known.bytes;
        }
        ByteBuffer content = ByteBuffer.allocate(run.contentLength());
        for (RecipeRun part : run.content()) {
            if (part instanceof RecipeRun.Chunk chunk) {
                put(chunk, content);
            } else {
                content.position(content.position() + (int) part.length());
            }
        }
        byte[] bytes = EncodedRun.encode(run, content.flip());
        last = new Made(start, bytes);
        return bytes;
    }

    @Override
    public Run runAt(long position) throws IOException {
        RunFinder finder = new RunFinder(position);
        long reach = Math.min(length - position, Recipe.DEFAULT_SEGMENT_SPAN_BYTES);
        runs.forEachRun(position, reach, finder);
        return new Run(finder.length, finder.hole);
    }

    /** Measures the first stretch of a range that is all hole or all data. */
    private static final class RunFinder implements RecipeReader.RunVisitor {
        private final long start;
        private long length;
        private boolean hole;
        private boolean ended;

        RunFinder(long start) {
            this.start = start;
        }

        @Override
        public void visit(long offset, RecipeRun run) {
            boolean zero = run instanceof RecipeRun.Zero;
            if (offset == start) {
                hole = zero;
            }
            ended |= zero != hole;
            if (!ended) {
                length += run.length();
            }
        }
    }
}
