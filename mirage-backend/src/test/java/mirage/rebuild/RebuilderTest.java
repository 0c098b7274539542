package mirage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobName;
import mirage.blob.FaultyBlobStore;
import mirage.blob.InjectedFault;
import mirage.blob.memory.MemoryBlobStore;
import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.chunk.MissingChunkException;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.RecipeRun;
import mirage.pack.ChunkStore;
import mirage.pack.ChunkWriter;
import mirage.pack.CorruptPackException;
import mirage.pack.MemoryChunkIndex;
import mirage.pack.PackSettings;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A recipe of chunk slices, repeated and out of order, and zeros, against an array. */
final class RebuilderTest {
    private static final int SIZE = 13_000_000;

    private final FaultyBlobStore blobs = FaultyBlobStore.intact(new MemoryBlobStore(), 1);
    private final ExecutorService readers = Executors.newFixedThreadPool(3);
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
    private ChunkStore store = open();
    private Recipe recipe = new Recipe(0, 1, List.of());

    private ChunkStore open() {
        try {
            // No cache: every frame is read.
            return ChunkStore.open(
                    blobs, new MemoryChunkIndex(), new PackSettings(64 << 10, 1 << 20, 1, 0));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void fill() throws IOException {
        Random random = new Random(20250208);
        List<byte[]> chunks = new ArrayList<>();
        try (ChunkWriter writer = store.newWriter()) {
            for (int i = 0; i < 60; i++) {
                byte[] chunk = new byte[1 + random.nextInt(100_000)];
                random.nextBytes(chunk);
                chunks.add(chunk);
                writer.put(ChunkId.of(chunk, 0, chunk.length), ByteBuffer.wrap(chunk));
            }
            RecipeBuilder builder = new RecipeBuilder(writer::put);
            while (builder.length() < SIZE) {
                if (random.nextInt(4) == 0) {
                    int zeros = 1 + random.nextInt(random.nextInt(10) == 0 ? 3_000_000 : 10_000);
                    builder.add(new RecipeRun.Zero(zeros));
                    expected.write(new byte[zeros]);
                } else {
                    byte[] chunk = chunks.get(random.nextInt(chunks.size()));
                    int from = random.nextInt(chunk.length);
                    int length = 1 + random.nextInt(chunk.length - from);
                    builder.add(
                            new RecipeRun.Chunk(ChunkId.of(chunk, 0, chunk.length), from, length));
                    expected.write(chunk, from, length);
                }
            }
            recipe = builder.finish();
            writer.commit();
        }
    }

    @AfterEach
    void close() throws IOException {
        readers.close();
        store.close();
    }

    @Test
    void everyRangeBothWays() throws IOException {
        byte[] whole = expected.toByteArray();
        assertThat(recipe.length()).isEqualTo(whole.length);
        assertThat(Arrays.mismatch(stream(0, whole.length), whole)).isEqualTo(-1);
        Random random = new Random(1);
        RecipeSource source = new RecipeSource(recipe, store);
        for (int i = 0; i < 40; i++) {
            int from = random.nextInt(whole.length + 1);
            int length = random.nextInt(Math.min(whole.length - from, 5_000_000) + 1);
            byte[] part = Arrays.copyOfRange(whole, from, from + length);
            assertThat(Arrays.equals(stream(from, length), part)).isTrue();
            ByteBuffer read = ByteBuffer.allocate(length);
            source.readFully(from, read);
            assertThat(Arrays.equals(read.array(), part)).isTrue();
        }
        assertThatThrownBy(() -> stream(1, whole.length))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void holesAreZerosAndRunsReachTheEnd() throws IOException {
        byte[] whole = expected.toByteArray();
        RecipeSource source = new RecipeSource(recipe, store);
        long holes = 0;
        for (long at = 0; at < whole.length; ) {
            ByteSource.Run run = source.runAt(at);
            assertThat(run.length()).isPositive();
            for (int i = 0; run.hole() && i < run.length(); i++) {
                assertThat(whole[(int) at + i]).isZero();
            }
            holes += run.hole() ? run.length() : 0;
            at += run.length();
            assertThat(at).isLessThanOrEqualTo(whole.length);
        }
        assertThat(holes).isGreaterThan(1_000_000);
    }

    @Test
    void failuresKeepTheirKind() throws IOException {
        blobs.flipReads();
        assertThatThrownBy(() -> stream(0, SIZE)).isInstanceOf(CorruptPackException.class);
        blobs.failReads();
        assertThatThrownBy(() -> stream(0, SIZE)).isInstanceOf(InjectedFault.class);
        blobs.readWell();
        assertThat(stream(0, 100)).hasSize(100);
        for (BlobName pack : blobs.list(mirage.blob.BlobKind.PACK)) {
            blobs.delete(pack);
        }
        store.close();
        store = open();
        assertThatThrownBy(() -> stream(0, SIZE)).isInstanceOf(MissingChunkException.class);
    }

    @Test
    void noWrongByteIsEverWritten() {
        byte[] whole = expected.toByteArray();
        blobs.flipReads();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        assertThatThrownBy(() ->
                        new Rebuilder(store, readers)
                                .transferTo(
                                        recipe, 0, recipe.length(), Channels.newChannel(written)))
                .isInstanceOf(IOException.class);
        assertThat(Arrays.copyOf(whole, written.size())).isEqualTo(written.toByteArray());
    }

    private byte[] stream(long from, long length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Rebuilder(store, readers).transferTo(recipe, from, length, Channels.newChannel(bytes));
        return bytes.toByteArray();
    }
}
