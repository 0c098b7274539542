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
import mirage.codec.Checksum;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.encoder.Encoders;
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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A recipe of chunk slices, repeated and out of order, and zeros, against an array. */
final class RebuilderTest {
    private static final int SIZE = 13_000_000;
    private static final String ENCODER = "deflate-1-12-9";

    private final Map<Long, byte[]> encodedPlaces = new TreeMap<>();

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
                } else if (random.nextInt(3) == 0) {
                    ByteArrayOutputStream content = new ByteArrayOutputStream();
                    List<RecipeRun> runs = new ArrayList<>();
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        runs.add(slice(chunks, random, content));
                        int zeros = 1 + random.nextInt(60_000);
                        runs.add(new RecipeRun.Zero(zeros));
                        content.write(new byte[zeros]);
                    }
                    expected.write(encoded(builder, runs, content.toByteArray()));
                } else {
                    builder.add(slice(chunks, random, expected));
                }
            }
            recipe = builder.finish();
            writer.commit();
        }
    }

    private static RecipeRun slice(
            List<byte[]> chunks, Random random, ByteArrayOutputStream content) {
        byte[] chunk = chunks.get(random.nextInt(chunks.size()));
        int from = random.nextInt(chunk.length);
        int length = 1 + random.nextInt(chunk.length - from);
        content.write(chunk, from, length);
        return new RecipeRun.Chunk(ChunkId.of(chunk, 0, chunk.length), from, length);
    }

    private byte[] encoded(RecipeBuilder builder, List<RecipeRun> runs, byte[] content)
            throws IOException {
        byte[] bytes = Encoders.named(ENCODER).encode(ByteBuffer.wrap(content));
        int crc = Checksum.crc32c(ByteBuffer.wrap(bytes));
        encodedPlaces.put(builder.length(), bytes);
        builder.add(RecipeRun.Encoded.whole(ENCODER, runs, bytes.length, crc));
        return bytes;
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

    /** Says what it was asked, and what it was given. */
    private static final class RecordingOriginal implements Original {
        private final Map<Long, byte[]> atHand = new ConcurrentHashMap<>();
        private final Map<Long, byte[]> kept = new ConcurrentHashMap<>();

        @Override
        public boolean read(long offset, byte[] target) {
            byte[] bytes = atHand.get(offset);
            if (bytes != null) {
                System.arraycopy(bytes, 0, target, 0, target.length);
            }
            return bytes != null;
        }

        @Override
        public void keep(long offset, byte[] encoded) {
            kept.put(offset, encoded);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatWasEncodedIsKeptAndWhatIsKeptIsNotEncoded() throws IOException {
        RecordingOriginal original = new RecordingOriginal();
        byte[] whole = expected.toByteArray();
        assertThat(Arrays.mismatch(stream(original), whole)).isEqualTo(-1);
        assertThat(original.kept.keySet()).isEqualTo(encodedPlaces.keySet());
        encodedPlaces.forEach(
                (offset, bytes) -> assertThat(original.kept.get(offset)).isEqualTo(bytes));

        RecordingOriginal full = new RecordingOriginal();
        full.atHand.putAll(original.kept);
        assertThat(Arrays.mismatch(stream(full), whole)).isEqualTo(-1);
        assertThat(full.kept).isEmpty();
    }

    @Test
    void whatIsKeptAndDamagedIsEncodedAgain() throws IOException {
        RecordingOriginal original = new RecordingOriginal();
        encodedPlaces.forEach((offset, bytes) -> {
            byte[] damaged = bytes.clone();
            damaged[damaged.length / 2] ^= 1;
            original.atHand.put(offset, damaged);
        });
        assertThat(Arrays.mismatch(stream(original), expected.toByteArray())).isEqualTo(-1);
        assertThat(original.kept.keySet()).isEqualTo(encodedPlaces.keySet());
    }

    @Test
    void anEncoderThatMakesOtherBytesEndsTheStreamBeforeThem() throws IOException {
        byte[] content = new byte[70_000];
        byte[] encoded = Encoders.named(ENCODER).encode(ByteBuffer.wrap(content));
        int crc = Checksum.crc32c(ByteBuffer.wrap(encoded));
        List<RecipeRun> zeros = List.of(new RecipeRun.Zero(content.length));
        assertThatThrownBy(() ->
                        stream(RecipeRun.Encoded.whole(ENCODER, zeros, encoded.length, crc ^ 1)))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("encoded by deflate-1-12-9");
        assertThatThrownBy(() ->
                        stream(RecipeRun.Encoded.whole("zstd-9-1", zeros, encoded.length, crc)))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessageContaining("encoder zstd-9-1: this Mirage has none of that name");
        assertThat(stream(RecipeRun.Encoded.whole(ENCODER, zeros, encoded.length, crc)))
                .isEqualTo(encoded);
    }

    /** Small content that becomes many bytes of content: windows end before they hold too much. */
    @Test
    void muchContentOfFewBytesIsTakenInTurns() throws IOException {
        byte[] content = new byte[1 << 20];
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (ChunkWriter writer = store.newWriter()) {
            RecipeBuilder builder = new RecipeBuilder(writer::put);
            for (int i = 0; i < 40; i++) {
                all.write(encoded(builder, List.of(new RecipeRun.Zero(content.length)), content));
            }
            recipe = builder.finish();
            writer.commit();
        }
        assertThat(stream(0, recipe.length())).isEqualTo(all.toByteArray());
        assertThat(stream(900, 2000)).isEqualTo(Arrays.copyOfRange(all.toByteArray(), 900, 2900));
    }

    private byte[] stream(RecipeRun run) throws IOException {
        try (ChunkWriter writer = store.newWriter()) {
            RecipeBuilder builder = new RecipeBuilder(writer::put);
            builder.add(new RecipeRun.Zero(10));
            builder.add(run);
            recipe = builder.finish();
            writer.commit();
        }
        byte[] bytes = stream(0, recipe.length());
        return Arrays.copyOfRange(bytes, 10, bytes.length);
    }

    private byte[] stream(Original original) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Rebuilder(store, readers)
                .transferTo(recipe, 0, recipe.length(), original, Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    private byte[] stream(long from, long length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Rebuilder(store, readers).transferTo(recipe, from, length, Channels.newChannel(bytes));
        return bytes.toByteArray();
    }
}
