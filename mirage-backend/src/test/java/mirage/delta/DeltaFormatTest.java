package mirage.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.delta.DeltaIndex.Frame;
import mirage.delta.DeltaIndex.Method;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** An index is the same when it is read again, and a hostile one asks for nothing that is not there. */
final class DeltaFormatTest {
    @Test
    void givesBackWhatWasWritten() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            DeltaIndex index = index(new Random(seed));
            assertThat(DeltaFormat.decode("delta", DeltaFormat.encode(index)))
                    .as("seed %d", seed)
                    .isEqualTo(index);
        }
    }

    @Test
    void mutatedIndexesAreLegalOrRefused() throws IOException {
        int refused = 0;
        int legal = 0;
        for (int index = 0; index < 20; index++) {
            Mutator mutator = new Mutator(bytes(DeltaFormat.encode(index(new Random(index)))));
            for (int seed = 0; seed < 1000; seed++) {
                ByteSource source = mutator.mutate(seed);
                byte[] mutated = new byte[(int) source.length()];
                source.readFully(0, ByteBuffer.wrap(mutated));
                try {
                    requireLegal(DeltaFormat.decode("delta", ByteBuffer.wrap(mutated)));
                    legal++;
                } catch (CorruptBlobException expected) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(10_000);
        // Digests, checksums and zero runs' lengths cannot be seen to be wrong here.
        assertThat(legal).isPositive();
    }

    @Test
    void whatIsOutsideIsRefused() {
        Frame frame = new Frame(Method.PLAIN, 100, 100, 1, 2, List.of());
        requireRefused(100, 200, new DeltaRun.Copy(1, 100), List.of(), "copy within 100 bytes");
        requireRefused(0, 200, new DeltaRun.Fresh(1, 100), List.of(frame), "content within 100");
        requireRefused(0, 99, new DeltaRun.Zero(100), List.of(), "run within 99 bytes");
        requireRefused(0, 101, new DeltaRun.Zero(100), List.of(), "runs of 101 bytes expected");
        Frame beyond =
                new Frame(Method.ZSTD_AGAINST_BASE, 100, 100, 1, 2, List.of(new BaseRange(90, 11)));
        requireRefused(100, 100, new DeltaRun.Fresh(0, 100), List.of(beyond), "reference within");
        Frame much =
                new Frame(
                        Method.ZSTD_AGAINST_BASE,
                        100,
                        100,
                        1,
                        2,
                        List.of(
                                new BaseRange(0, DeltaFormat.MAX_REFERENCE_BYTES),
                                new BaseRange(0, 1)));
        requireRefused(
                1L << 40, 100, new DeltaRun.Fresh(0, 100), List.of(much), "references of at most");
        Frame grown = new Frame(Method.PLAIN, 100, 101, 1, 2, List.of());
        requireRefused(0, 100, new DeltaRun.Fresh(0, 100), List.of(grown), "stored length");
    }

    private static void requireRefused(
            long base, long target, DeltaRun run, List<Frame> frames, String reason) {
        DeltaIndex index =
                new DeltaIndex(base, target, digest(new Random(1)), List.of(run), frames);
        assertThatThrownBy(() -> DeltaFormat.decode("delta", DeltaFormat.encode(index)))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining(reason);
    }

    private static void requireLegal(DeltaIndex index) {
        long made = 0;
        for (DeltaRun run : index.runs()) {
            made += run.length();
            switch (run) {
                case DeltaRun.Zero zero -> {}
                case DeltaRun.Copy(long from, long length) ->
                        assertThat(from + length).isLessThanOrEqualTo(index.baseLength());
                case DeltaRun.Fresh(long from, long length) ->
                        assertThat(from + length).isLessThanOrEqualTo(index.contentLength());
            }
        }
        assertThat(made).isEqualTo(index.targetLength());
        for (Frame frame : index.frames()) {
            assertThat(frame.length()).isBetween(1, DeltaFormat.MAX_FRAME_BYTES);
            assertThat(frame.storedLength()).isBetween(1, frame.length());
            for (BaseRange range : frame.references()) {
                assertThat(range.end()).isLessThanOrEqualTo(index.baseLength());
            }
        }
    }

    /** Makes a legal index. */
    private static DeltaIndex index(Random random) {
        long baseLength = 1 + random.nextLong(1L << 40);
        List<Frame> frames = new ArrayList<>();
        long brought = 0;
        for (int i = random.nextInt(20); i > 0; i--) {
            int length = 1 + random.nextInt(DeltaFormat.MAX_FRAME_BYTES);
            Method method = Method.values()[random.nextInt(Method.values().length)];
            List<BaseRange> references = new ArrayList<>();
            for (int j = random.nextInt(4); j > 0; j--) {
                references.add(range(random, baseLength, 1 << 20));
            }
            frames.add(
                    new Frame(
                            method,
                            length,
                            1 + random.nextInt(length),
                            random.nextInt(),
                            random.nextInt(),
                            references));
            brought += length;
        }
        List<DeltaRun> runs = new ArrayList<>();
        long made = 0;
        for (int i = random.nextInt(50); i > 0; i--) {
            int kind = random.nextInt(brought == 0 ? 2 : 3);
            BaseRange range = range(random, kind == 2 ? brought : baseLength, 1 << 30);
            runs.add(
                    switch (kind) {
                        case 0 -> new DeltaRun.Zero(range.length());
                        case 1 -> new DeltaRun.Copy(range.offset(), range.length());
                        default -> new DeltaRun.Fresh(range.offset(), range.length());
                    });
            made += range.length();
        }
        return new DeltaIndex(baseLength, made, digest(random), runs, frames);
    }

    private static BaseRange range(Random random, long end, int most) {
        long length = 1 + random.nextLong(Math.min(end, most));
        return new BaseRange(random.nextLong(end - length + 1), length);
    }

    private static DataDigest digest(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            text.append(Character.forDigit(random.nextInt(16), 16));
        }
        return new DataDigest(text.toString());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
