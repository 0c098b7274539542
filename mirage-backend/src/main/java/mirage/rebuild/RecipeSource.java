package mirage.rebuild;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a recipe rebuilds, by position: for readers of formats and for {@code cat}. Streams use {@link Rebuilder}. */
public final class RecipeSource implements ByteSource {
    private final RecipeReader runs;
    private final ChunkSource chunks;
    private final long length;

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
                (_, run) -> {
                    switch (run) {
                        case RecipeRun.Zero zero ->
                                ByteSources.putZeros(target, (int) zero.length());
                        case RecipeRun.Chunk chunk ->
                                target.put(
                                        chunks.read(chunk.id())
                                                .slice(chunk.offset(), (int) chunk.length()));
                    }
                });
        return wanted;
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
