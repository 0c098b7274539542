package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The runs of a recipe, its segments read when they are needed. Safe for use by many threads. */
public final class RecipeReader {
    private static final int KEPT_SEGMENTS = 8;

    private final Recipe recipe;
    private final ChunkSource chunks;
    private final Map<Integer, List<RecipeRun>> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, List<RecipeRun>> eldest) {
                    return size() > KEPT_SEGMENTS;
                }
            };

    public RecipeReader(Recipe recipe, ChunkSource chunks) {
        this.recipe = recipe;
        this.chunks = chunks;
    }

    public Recipe recipe() {
        return recipe;
    }

    /** Takes runs in order. */
    @FunctionalInterface
    public interface RunVisitor {
        /**
         * Takes the next run.
         *
         * @param offset in what the recipe rebuilds
         */
        void visit(long offset, RecipeRun run) throws IOException;
    }

    /** Shows the runs of {@code [offset, offset + length)}, the outer ones cut to it. */
    public void forEachRun(long offset, long length, RunVisitor visitor) throws IOException {
        if (offset < 0 || length < 0 || offset > recipe.length() - length) {
            throw new IllegalArgumentException(
                    "range at "
                            + offset
                            + " of length "
                            + length
                            + " of a recipe of length "
                            + recipe.length());
        }
        long end = offset + length;
        for (long at = offset; at < end; ) {
            int index = (int) (at / recipe.segmentSpanBytes());
            long segmentStart = (long) index * recipe.segmentSpanBytes();
            long segmentEnd = segmentStart + recipe.segmentLength(index);
            long runStart = segmentStart;
            for (RecipeRun run : segment(index)) {
                long from = Math.max(at, runStart);
                long to = Math.min(end, runStart + run.length());
                if (from < to) {
                    visitor.visit(from, run.slice(from - runStart, to - from));
                }
                runStart += run.length();
                if (runStart >= end) {
                    break;
                }
            }
            at = segmentEnd;
        }
    }

    /** Whether it has runs that encoders make. Reads segments until it finds one. */
    public boolean hasEncoded() throws IOException {
        for (int i = 0; i < recipe.segments().size(); i++) {
            if (segment(i).stream().anyMatch(RecipeRun.Encoded.class::isInstance)) {
                return true;
            }
        }
        return false;
    }

    private List<RecipeRun> segment(int index) throws IOException {
        @Nullable ChunkId id = recipe.segments().get(index);
        if (id == null) {
            return List.of(new RecipeRun.Zero(recipe.segmentLength(index)));
        }
        synchronized (kept) {
            List<RecipeRun> runs = kept.get(index);
            if (runs != null) {
                return runs;
            }
        }
        List<RecipeRun> runs =
                SegmentFormat.decode(id, chunks.read(id), recipe.segmentLength(index));
        synchronized (kept) {
            kept.put(index, runs);
        }
        return runs;
    }
}
