package mirage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.RawName;
import mirage.fuzz.Mutator;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is written is read back; what is damaged is refused, in bounded time and memory (the heap is 512 MiB). */
@Timeout(120)
final class FormatsTest {
    private static final long SEED = 20250207;
    private static final int MUTATIONS = Integer.getInteger("mirage.fuzz.inputs", 4000);
    private static final BlobFraming MANIFEST = new BlobFraming("MMAN", 1, 0);

    /** Decodes what may be damaged. */
    private interface Decoder {
        @Nullable Object decode(ByteBuffer bytes) throws IOException;
    }

    @Test
    void manifestsComeBack() throws IOException {
        RandomManifests values = new RandomManifests(SEED);
        for (int i = 0; i < 300; i++) {
            ImageManifest manifest = values.manifest();
            assertThat(ManifestFormat.decode("m", ManifestFormat.encode(manifest)))
                    .isEqualTo(manifest);
        }
    }

    @Test
    void segmentsComeBack() throws IOException {
        RandomManifests values = new RandomManifests(SEED);
        for (int i = 0; i < 300; i++) {
            List<RecipeRun> runs = runs(values, i);
            assertThat(SegmentFormat.decode(values.id(), SegmentFormat.encode(runs), length(runs)))
                    .isEqualTo(runs);
        }
    }

    @Test
    void segmentsWithEncodedRunsComeBack() throws IOException {
        RandomManifests values = new RandomManifests(SEED);
        for (int i = 0; i < 300; i++) {
            List<RecipeRun> runs = encodedRuns(values, i % 40);
            ByteBuffer segment = SegmentFormat.encode(runs);
            assertThat(SegmentFormat.decode(values.id(), segment, length(runs))).isEqualTo(runs);
        }
    }

    /** So that an image with encoded runs shares its other segments with images that were stored before there were any. */
    @Test
    void onlySegmentsWithEncodedRunsAreOfVersionTwo() {
        RandomManifests values = new RandomManifests(SEED);
        assertThat(SegmentFormat.encode(runs(values, 10)).getShort(4)).isEqualTo((short) 1);
        assertThat(SegmentFormat.encode(encodedRuns(values, 10)).getShort(4)).isEqualTo((short) 2);
    }

    @Test
    void fileTablesComeBack() throws IOException {
        RandomManifests values = new RandomManifests(SEED);
        for (int i = 0; i < 40; i++) {
            FileTableBuilder builder = new FileTableBuilder();
            List<FileEntry> expected = new ArrayList<>();
            RawName directory = RawName.EMPTY;
            for (int row = 0; row < i * 100; row++) {
                directory = row % 100 == 0 ? values.name() : directory;
                FileRecord file = values.file(directory.child(values.name()));
                ChunkId digest = row % 3 == 0 ? values.id() : null;
                int ordinal = builder.add(file);
                if (digest != null) {
                    builder.setContent(ordinal, digest);
                }
                expected.add(new FileEntry(file, digest));
            }
            Map<ChunkId, ByteBuffer> blocks = new HashMap<>();
            List<ChunkId> ids = builder.finish(blocks::put);
            List<FileEntry> found = new ArrayList<>();
            for (ChunkId id : ids) {
                found.addAll(FileTableFormat.decode(id, Objects.requireNonNull(blocks.get(id))));
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void volumesThatArePartitionsAreToldAsEarlierVersionsDid() throws IOException {
        ImageManifest random = new RandomManifests(SEED).manifest();
        VolumeRecord plain =
                new VolumeRecord(Volume.range("7", 4096, 8192, "gpt", "t", "n", "u"), null, null);
        ImageManifest manifest =
                new ImageManifest(
                        random.size(),
                        random.digests(),
                        random.format(),
                        random.virtualSize(),
                        random.externals(),
                        random.container(),
                        random.disk(),
                        List.of(plain),
                        random.warnings(),
                        random.provenance(),
                        random.sketch(),
                        null,
                        null,
                        List.of());
        ByteBuffer body = MANIFEST.open("m", ManifestFormat.encode(manifest), 1 << 30).body();
        List<Integer> tags = new ArrayList<>();
        for (int at = body.position(); at < body.limit(); at += 8 + body.getInt(at + 4)) {
            tags.add((int) body.getShort(at));
            if (tags.getLast() == 5) {
                byte[] section = new byte[body.getInt(at + 4)];
                body.get(at + 8, section);
                // One volume: index 7 at 4096, 8192 bytes, four texts, no files.
                assertThat(section)
                        .isEqualTo(
                                new byte[] {
                                    1,
                                    7,
                                    (byte) 0x80,
                                    0x20,
                                    (byte) 0x80,
                                    0x40,
                                    3,
                                    'g',
                                    'p',
                                    't',
                                    1,
                                    't',
                                    1,
                                    'n',
                                    1,
                                    'u',
                                    0
                                });
            }
        }
        assertThat(tags).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void unpairedSurrogatesOfOthersBecomeQuestionMarks() throws IOException {
        ImageManifest manifest = new RandomManifests(SEED).manifest();
        ImageManifest odd =
                new ImageManifest(
                        manifest.size(),
                        manifest.digests(),
                        manifest.format(),
                        manifest.virtualSize(),
                        List.of("backing \ud800 file"),
                        manifest.container(),
                        manifest.disk(),
                        manifest.volumes(),
                        List.of("\udc00 is odd"),
                        manifest.provenance(),
                        manifest.sketch(),
                        manifest.data(),
                        manifest.facts(),
                        manifest.disks());
        ImageManifest read = ManifestFormat.decode("m", ManifestFormat.encode(odd));
        assertThat(read.externals()).containsExactly("backing ? file");
        assertThat(read.warnings()).containsExactly("? is odd");
    }

    @Test
    void damagedManifestsAreRefused() throws IOException {
        ByteBuffer encoded = ManifestFormat.encode(new RandomManifests(SEED + 1).manifest());
        refuses(bytes(encoded), bytes -> ManifestFormat.decode("m", bytes), true);
        // And with a checksum that fits: what is inside is checked for itself.
        byte[] body = bytes(MANIFEST.open("m", encoded, 1 << 30).body());
        refuses(body, bytes -> ManifestFormat.decode("m", MANIFEST.seal(bytes, 1)), false);
    }

    @Test
    void damagedSegmentsAreRefused() throws IOException {
        RandomManifests values = new RandomManifests(SEED + 2);
        List<RecipeRun> runs = runs(values, 60);
        ByteBuffer encoded = SegmentFormat.encode(runs);
        refuses(
                bytes(encoded),
                bytes -> SegmentFormat.decode(values.id(), bytes, length(runs)),
                true);
    }

    @Test
    void damagedSegmentsWithEncodedRunsAreRefused() throws IOException {
        RandomManifests values = new RandomManifests(SEED + 2);
        List<RecipeRun> runs = encodedRuns(values, 30);
        ByteBuffer encoded = SegmentFormat.encode(runs);
        refuses(
                bytes(encoded),
                bytes -> SegmentFormat.decode(values.id(), bytes, length(runs)),
                true);
    }

    @Test
    void damagedFileTablesAreRefused() throws IOException {
        RandomManifests values = new RandomManifests(SEED + 3);
        FileTableFormat.BlockWriter writer = new FileTableFormat.BlockWriter();
        List<@Nullable ChunkId> digests = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            writer.add(values.file(values.name()));
            digests.add(i % 2 == 0 ? values.id() : null);
        }
        refuses(
                bytes(writer.close(digests)),
                bytes -> FileTableFormat.decode(values.id(), bytes),
                true);
    }

    /** Every truncation and many mutations: a value, or one of two exceptions. */
    private static void refuses(byte[] whole, Decoder decoder, boolean truncationsFail)
            throws IOException {
        assertThat(decoder.decode(ByteBuffer.wrap(whole))).isNotNull();
        for (int length = 0; length < whole.length; length++) {
            boolean read = decodes(decoder, ByteBuffer.wrap(whole, 0, length), "cut at " + length);
            if (truncationsFail) {
                assertThat(read).as("cut at %d", length).isFalse();
            }
        }
        Mutator mutator = new Mutator(whole);
        for (int i = 0; i < MUTATIONS; i++) {
            ByteSource source = mutator.mutate(SEED + i);
            byte[] mutated = new byte[(int) source.length()];
            source.readFully(0, ByteBuffer.wrap(mutated));
            decodes(decoder, ByteBuffer.wrap(mutated), "mutated with seed " + (SEED + i));
        }
    }

    private static boolean decodes(Decoder decoder, ByteBuffer bytes, String what)
            throws IOException {
        try {
            return decoder.decode(bytes) != null;
        } catch (CorruptBlobException | UnsupportedBlobException e) {
            return false;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void aSectionOfLaterIsSkippedUnlessItMustBeUnderstood() throws IOException {
        ImageManifest manifest = new RandomManifests(SEED + 4).manifest();
        byte[] body = bytes(MANIFEST.open("m", ManifestFormat.encode(manifest), 1 << 30).body());
        ByteBuffer skippable = sealed(body, section(99, 0, new byte[] {1, 2, 3}));
        assertThat(ManifestFormat.decode("m", skippable)).isEqualTo(manifest);
        ByteBuffer needed = sealed(body, section(99, 1, new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> ManifestFormat.decode("m", needed))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessageContaining("section 99");
        ByteBuffer twice = sealed(body, section(6, 1, new byte[] {0}));
        assertThatThrownBy(() -> ManifestFormat.decode("m", twice))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("stands twice");
        assertThatThrownBy(() -> ManifestFormat.decode("m", sealed(new byte[0], new byte[0])))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aRecipeOfEndlessZerosIsRefused() {
        ByteWriter recipe = new ByteWriter().varint(1L << 62).varint(1).varint(1L << 63);
        byte[] endless = section(3, 1, recipe.toBytes());
        byte[] others =
                new ByteWriter()
                        .bytes(upload())
                        .bytes(section(2, 1, new byte[] {0, 0, 0}))
                        .bytes(section(4, 1, new byte[] {0}))
                        .bytes(section(5, 1, new byte[] {0}))
                        .bytes(section(6, 1, new byte[] {0}))
                        .bytes(section(7, 1, new byte[] {0, 0, 0, 0}))
                        .bytes(section(8, 1, new byte[] {0}))
                        .toBytes();
        assertThatThrownBy(() -> ManifestFormat.decode("m", sealed(others, endless)))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("segments");
    }

    private static byte[] upload() {
        return section(
                1,
                1,
                new ByteWriter()
                        .varint(1L << 62)
                        .text("0".repeat(32))
                        .text("0".repeat(64))
                        .text("0".repeat(128))
                        .toBytes());
    }

    private static byte[] section(int tag, int flags, byte[] payload) {
        return new ByteWriter().u16(tag).u16(flags).u32(payload.length).bytes(payload).toBytes();
    }

    private static ByteBuffer sealed(byte[] body, byte[] more) {
        return MANIFEST.seal(new ByteWriter().bytes(body).bytes(more).toBuffer(), 3);
    }

    private static List<RecipeRun> runs(RandomManifests values, int count) {
        List<RecipeRun> runs = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            runs.add(values.run(1 << 20));
        }
        return runs;
    }

    private static List<RecipeRun> encodedRuns(RandomManifests values, int count) {
        List<RecipeRun> runs = runs(values, count);
        for (int i = 0; i <= count; i += 2) {
            runs.add(i, values.encoded());
        }
        return runs;
    }

    private static long length(List<RecipeRun> runs) {
        return runs.stream().mapToLong(RecipeRun::length).sum();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
