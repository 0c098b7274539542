package mirage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.chunk.ChunkId;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

final class RecipeBuilderTest {
    private static final ChunkId ONE = new ChunkId(1, 1, 1, 1);
    private static final int SPAN = Recipe.DEFAULT_SEGMENT_SPAN_BYTES;

    private final Map<ChunkId, ByteBuffer> segments = new HashMap<>();

    @Test
    void runsThatContinueEachOtherAreOne() throws IOException {
        RecipeBuilder builder = new RecipeBuilder(segments::put);
        builder.add(new RecipeRun.Zero(10));
        builder.add(new RecipeRun.Zero(20));
        builder.add(new RecipeRun.Chunk(ONE, 0, 5));
        builder.add(new RecipeRun.Chunk(ONE, 5, 7));
        builder.add(new RecipeRun.Chunk(ONE, 5, 7));
        builder.add(new RecipeRun.Zero(1));
        assertThat(runs(builder.finish()))
                .containsExactly(
                        new RecipeRun.Zero(30),
                        new RecipeRun.Chunk(ONE, 0, 12),
                        new RecipeRun.Chunk(ONE, 5, 7),
                        new RecipeRun.Zero(1));
    }

    @Test
    void aRunIsCutWhereASegmentEnds() throws IOException {
        RecipeBuilder builder = new RecipeBuilder(segments::put);
        builder.add(new RecipeRun.Zero(3L * SPAN - 10));
        builder.add(new RecipeRun.Chunk(ONE, 100, 30));
        Recipe recipe = builder.finish();
        assertThat(recipe.length()).isEqualTo(3L * SPAN + 20);
        assertThat(recipe.segments()).hasSize(4);
        assertThat(recipe.segments().subList(0, 2)).containsOnlyNulls();
        assertThat(runs(recipe))
                .endsWith(new RecipeRun.Chunk(ONE, 100, 10), new RecipeRun.Chunk(ONE, 110, 20));
    }

    @Test
    void imagesThatAgreeOverASpanShareItsSegment() throws IOException {
        List<RecipeRun> first = randomRuns(1);
        Recipe a = build(first);
        int before = segments.size();
        List<RecipeRun> second = new ArrayList<>(first);
        // One run of the same length, in the middle, is another chunk.
        int changed = second.size() / 2;
        second.set(changed, new RecipeRun.Chunk(ONE, 0, second.get(changed).length()));
        Recipe b = build(second);
        int differing = 0;
        for (int i = 0; i < a.segments().size(); i++) {
            differing += Objects.equals(a.segments().get(i), b.segments().get(i)) ? 0 : 1;
        }
        assertThat(a.segments().size()).isGreaterThan(5);
        assertThat(differing).isBetween(1, 2);
        assertThat(segments.size() - before).isEqualTo(differing);
    }

    @Test
    void rangesAreTheRunsCutToThem() throws IOException {
        List<RecipeRun> all = randomRuns(2);
        Recipe recipe = build(all);
        RecipeReader reader = new RecipeReader(recipe, this::read);
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            long from = random.nextLong(recipe.length() + 1);
            long length = random.nextLong(recipe.length() - from + 1);
            long[] at = {from};
            reader.forEachRun(
                    from,
                    length,
                    (offset, run) -> {
                        assertThat(offset).isEqualTo(at[0]);
                        at[0] += run.length();
                    });
            assertThat(at[0]).isEqualTo(from + length);
        }
        assertThatThrownBy(() -> reader.forEachRun(1, recipe.length(), (_, _) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreThanARecipeHoldsIsRefused() throws IOException {
        RecipeBuilder builder = new RecipeBuilder(segments::put);
        builder.add(new RecipeRun.Zero(SPAN));
        assertThatThrownBy(() -> builder.add(new RecipeRun.Zero(Recipe.MAX_BUILT_BYTES)))
                .isInstanceOf(IOException.class);
    }

    private ByteBuffer read(ChunkId id) {
        return Objects.requireNonNull(segments.get(id));
    }

    private static List<RecipeRun> randomRuns(long seed) {
        RandomManifests values = new RandomManifests(seed);
        List<RecipeRun> runs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            runs.add(values.run(200_000));
        }
        return runs;
    }

    private Recipe build(List<RecipeRun> runs) throws IOException {
        RecipeBuilder builder = new RecipeBuilder(segments::put);
        for (RecipeRun run : runs) {
            builder.add(run);
        }
        return builder.finish();
    }

    private List<RecipeRun> runs(Recipe recipe) throws IOException {
        List<RecipeRun> runs = new ArrayList<>();
        new RecipeReader(recipe, this::read)
                .forEachRun(0, recipe.length(), (_, run) -> runs.add(run));
        return runs;
    }
}
