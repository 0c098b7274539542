package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.library.RandomDisks;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.pack.ChunkStore;
import mirage.pack.ChunkWriter;
import mirage.pack.MemoryChunkIndex;
import mirage.pack.PackSettings;
import mirage.rebuild.RecipeSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Whatever the plan, the recipe rebuilds the container; good plans make equal chunks of equal files. */
final class CutterTest {
    private static final int KB = 1024;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final Map<Integer, ChunkId> names = new HashMap<>();
    private ChunkStore store = newStore();

    private static ChunkStore newStore() {
        try {
            return ChunkStore.open(
                    new MemoryBlobStore(),
                    new MemoryChunkIndex(),
                    new PackSettings(64 << 10, 1 << 20, 1, 1 << 20));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void begin() {
        names.clear();
    }

    @AfterEach
    void close() throws IOException {
        workers.close();
        store.close();
    }

    @Test
    void aSmallFileIsOneChunkNamedByItsContent() throws IOException {
        byte[] disk = random(1, 100 * KB);
        Arrays.fill(disk, 13 * KB + 100, 16 * KB, (byte) 0);
        CutPlan.Builder plan = new CutPlan.Builder(disk.length, MemoryPool.unlimited());
        plan.addContent(0, map(0, 4 * KB, 12 * KB), 1124);
        List<RecipeRun> runs = cut(disk, plan, null, 1124);
        ChunkId name = ChunkId.of(disk, 12 * KB, 1124);
        assertThat(names).containsEntry(0, name);
        assertThat(runs).contains(new RecipeRun.Chunk(name, 0, 1124));
        // Its slack is zeros up to the next block.
        assertThat(runs).contains(new RecipeRun.Zero(4 * KB - 1124));
    }

    @Test
    void slackThatIsNotZeroIsKept() throws IOException {
        byte[] disk = random(2, 64 * KB);
        CutPlan.Builder plan = new CutPlan.Builder(disk.length, MemoryPool.unlimited());
        plan.addContent(0, map(0, 8 * KB, 20 * KB), 5000);
        List<RecipeRun> runs = cut(disk, plan, null, 5000);
        assertThat(names).containsEntry(0, ChunkId.of(disk, 20 * KB, 5000));
        assertThat(runs).noneMatch(RecipeRun.Zero.class::isInstance);
    }

    @Test
    void aFragmentedFileHasTheChunksOfAWholeOne() throws IOException {
        byte[] file = random(3, 300 * KB + 77);
        byte[] whole = new byte[400 * KB];
        System.arraycopy(file, 0, whole, 8 * KB, file.length);
        CutPlan.Builder wholePlan = new CutPlan.Builder(whole.length, MemoryPool.unlimited());
        wholePlan.addContent(0, map(0, 304 * KB, 8 * KB), file.length);
        List<ChunkId> expected = ids(cut(whole, wholePlan, null, file.length));
        assertThat(expected).hasSize(5);

        // Broken at places that are no multiples of 64 KiB, and strewn in the reverse order.
        byte[] strewn = new byte[900 * KB];
        int[] breaks = {0, 4, 12, 60, 68, 72, 200, 304};
        ExtentMap.Builder map = new ExtentMap.Builder();
        int end = 880 * KB;
        for (int i = 0; i + 1 < breaks.length; i++) {
            int from = breaks[i] * KB;
            int length = breaks[i + 1] * KB - from;
            end -= length + 4 * KB;
            System.arraycopy(file, from, strewn, end, Math.min(length, file.length - from));
            map.add(from, length, end);
        }
        CutPlan.Builder plan = new CutPlan.Builder(strewn.length, MemoryPool.unlimited());
        plan.addContent(0, map.build(), file.length);
        List<RecipeRun> runs = cut(strewn, plan, null, file.length);
        assertThat(new java.util.HashSet<>(ids(runs))).isEqualTo(new java.util.HashSet<>(expected));
    }

    @Test
    void aSparseFileIsCutFromTheStartOfEachStretch() throws IOException {
        byte[] disk = random(4, 200 * KB);
        // Data at 100 KiB of the file, behind a hole: cut at 128 KiB of the file.
        CutPlan.Builder plan = new CutPlan.Builder(disk.length, MemoryPool.unlimited());
        plan.addContent(0, map(100 * KB, 64 * KB, 20 * KB), 164 * KB);
        List<RecipeRun> runs = cut(disk, plan, null, 164 * KB);
        assertThat(ids(runs))
                .contains(ChunkId.of(disk, 20 * KB, 28 * KB), ChunkId.of(disk, 48 * KB, 36 * KB));
        assertThat(names).isEmpty();
    }

    @Test
    void filesThatClaimTheSameBytesCostSharingAndNoByte() throws IOException {
        byte[] disk = random(5, 300 * KB);
        CutPlan.Builder plan = new CutPlan.Builder(disk.length, MemoryPool.unlimited());
        plan.addContent(0, map(0, 100 * KB, 16 * KB), 100 * KB);
        plan.addContent(1, map(0, 100 * KB, 64 * KB), 100 * KB);
        plan.addContent(2, map(0, 40 * KB, 280 * KB), 40 * KB);
        plan.addContent(3, map(0, 8 * KB, 200 * KB), 8 * KB);
        Warnings warnings = new Warnings();
        cut(disk, plan, null, warnings, 100 * KB, 100 * KB, 40 * KB, 8 * KB);
        assertThat(warnings.messages())
                .singleElement()
                .asString()
                .contains("1 files claim blocks behind the end, the first at owner 2");
        assertThat(names).containsEntry(3, ChunkId.of(disk, 200 * KB, 8 * KB));
    }

    @Test
    void whatAnEarlierImageHasAtTheSamePlaceIsItsChunks() throws IOException {
        byte[] first = random(6, 500 * KB);
        Recipe earlier =
                recipe(
                        first,
                        new CutPlan.Builder(first.length, MemoryPool.unlimited()),
                        null,
                        new Warnings());
        byte[] second = first.clone();
        Arrays.fill(second, 130 * KB, 131 * KB, (byte) 9);
        List<ChunkId> known = ids(runs(earlier));

        List<RecipeRun> runs =
                cut(
                        second,
                        new CutPlan.Builder(second.length, MemoryPool.unlimited()),
                        new EarlierImage(earlier, store));
        long fresh =
                runs.stream()
                        .filter(run ->
                                run instanceof RecipeRun.Chunk chunk && !known.contains(chunk.id()))
                        .mapToLong(RecipeRun::length)
                        .sum();
        assertThat(fresh).isEqualTo(4 * KB);
    }

    @Test
    void anEarlierImageThatIsGoneCostsSharingAndNoUpload() throws IOException {
        byte[] first = random(6, 500 * KB);
        Recipe earlier =
                recipe(
                        first,
                        new CutPlan.Builder(first.length, MemoryPool.unlimited()),
                        null,
                        new Warnings());
        store.close();
        store = newStore();
        cut(
                first,
                new CutPlan.Builder(first.length, MemoryPool.unlimited()),
                new EarlierImage(earlier, store));
    }

    @RepeatedTest(40)
    void anyPlanRebuildsTheContainer(RepetitionInfo repetition) throws IOException {
        long seed = 20250205L + repetition.getCurrentRepetition();
        Random random = new Random(seed);
        byte[] disk = RandomDisks.disk(seed, random.nextInt(1_200_000));
        CutPlan.Builder plan = new CutPlan.Builder(disk.length, MemoryPool.unlimited());
        int owners = random.nextInt(30);
        long[] sizes = new long[owners];
        for (int owner = 0; owner < owners; owner++) {
            sizes[owner] = random.nextInt(400_000);
            plan.addContent(owner, randomMap(random, disk.length), sizes[owner]);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            plan.addOpaque(
                    new Extent(random.nextInt(disk.length + 1), 1 + random.nextInt(300_000)));
        }
        EarlierImage earlier = null;
        if (random.nextBoolean() && disk.length > 0) {
            byte[] other = RandomDisks.changed(disk, seed, 5);
            other = Arrays.copyOf(other, Math.max(1, other.length + random.nextInt(-5000, 5000)));
            earlier =
                    new EarlierImage(
                            recipe(
                                    other,
                                    new CutPlan.Builder(other.length, MemoryPool.unlimited()),
                                    null,
                                    new Warnings()),
                            store);
            names.clear();
        }
        cut(disk, plan, earlier, sizes);
    }

    /** Of any shape, with runs that overlap others' and reach behind the container. */
    private static ExtentMap randomMap(Random random, int length) {
        ExtentMap.Builder map = new ExtentMap.Builder();
        long at = random.nextInt(3) * 4096L;
        for (int i = random.nextInt(8); i > 0; i--) {
            long run = (1 + random.nextInt(20)) * (random.nextBoolean() ? 4096L : 1000L);
            map.add(at, run, random.nextInt(length / 1024 + 3) * 1024L);
            at += run + (random.nextBoolean() ? 0 : random.nextInt(50_000));
        }
        return map.build();
    }

    private List<RecipeRun> cut(
            byte[] disk, CutPlan.Builder plan, @Nullable EarlierImage earlier, long... sizes)
            throws IOException {
        return cut(disk, plan, earlier, new Warnings(), sizes);
    }

    /** Cuts and stores; whatever the cuts are, they must rebuild the disk. */
    private List<RecipeRun> cut(
            byte[] disk,
            CutPlan.Builder plan,
            @Nullable EarlierImage earlier,
            Warnings warnings,
            long... sizes)
            throws IOException {
        Recipe recipe = recipe(disk, plan, earlier, warnings, sizes);
        ByteBuffer rebuilt = ByteBuffer.allocate(disk.length);
        assertThat(recipe.length()).isEqualTo(disk.length);
        new RecipeSource(recipe, store).readFully(0, rebuilt);
        assertThat(Arrays.mismatch(rebuilt.array(), disk)).isEqualTo(-1);
        return runs(recipe);
    }

    private Recipe recipe(
            byte[] disk,
            CutPlan.Builder plan,
            @Nullable EarlierImage earlier,
            Warnings warnings,
            long... sizes)
            throws IOException {
        try (ChunkWriter data = store.newWriter();
                ChunkWriter metadata = store.newWriter()) {
            ChunkingSink sink =
                    new ChunkingSink(
                            ByteSources.of(disk),
                            workers,
                            2,
                            data,
                            new RecipeBuilder(metadata::put),
                            names::put);
            new Cutter(ByteSources.of(disk), uploadMap(disk), earlier, sink)
                    .cut(plan.build(warnings), owner -> sizes[owner]);
            Recipe recipe = sink.finish();
            data.commit();
            metadata.commit();
            return recipe;
        }
    }

    private List<RecipeRun> runs(Recipe recipe) throws IOException {
        List<RecipeRun> runs = new ArrayList<>();
        new RecipeReader(recipe, store).forEachRun(0, recipe.length(), (_, run) -> runs.add(run));
        return Collections.unmodifiableList(runs);
    }

    private static List<ChunkId> ids(List<RecipeRun> runs) {
        return runs.stream()
                .filter(RecipeRun.Chunk.class::isInstance)
                .map(run -> ((RecipeRun.Chunk) run).id())
                .toList();
    }

    static UploadMap uploadMap(byte[] bytes) {
        UploadMap.Builder map = new UploadMap.Builder();
        for (int at = 0; at < bytes.length; at += UploadMap.STRETCH_BYTES) {
            int length = Math.min(UploadMap.STRETCH_BYTES, bytes.length - at);
            map.add(Arrays.copyOfRange(bytes, at, at + length), length);
        }
        return map.build();
    }

    private static ExtentMap map(long offset, long length, long target) {
        return new ExtentMap.Builder().add(offset, length, target).build();
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
