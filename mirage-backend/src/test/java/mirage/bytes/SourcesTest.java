package mirage.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Every source against an array that holds the same. */
final class SourcesTest {
    private static final int BELOW = 500;

    @TempDir private Path directory;

    @Test
    void arraysAndZeros() throws IOException {
        byte[] bytes = random(1, 300);
        assertSame(ByteSources.of(bytes), bytes);
        assertSame(
                ByteSources.of(ByteBuffer.wrap(bytes, 20, 100)),
                Arrays.copyOfRange(bytes, 20, 120));
        assertSame(ByteSources.of(new byte[0]), new byte[0]);
        assertSame(ByteSources.zeros(200_000), new byte[200_000]);
        assertThat(ByteSources.zeros(50).runAt(20)).isEqualTo(new ByteSource.Run(30, true));
        assertThat(ByteSources.of(bytes).runAt(20)).isEqualTo(new ByteSource.Run(280, false));
    }

    @Test
    void files() throws IOException {
        byte[] bytes = random(2, 10_000);
        Path file = Files.write(directory.resolve("file"), bytes);
        try (ByteSource source = FileSource.open(file)) {
            assertSame(source, bytes);
            assertSame(source.slice(77, 5000), Arrays.copyOfRange(bytes, 77, 5077));
        }
    }

    @Test
    void slices() throws IOException {
        byte[] bytes = random(3, 300);
        ByteSource slice = ByteSources.of(bytes).slice(10, 200);
        assertSame(slice, Arrays.copyOfRange(bytes, 10, 210));
        assertSame(slice.slice(50, 150), Arrays.copyOfRange(bytes, 60, 210));
        assertSame(slice.slice(200, 0), new byte[0]);
        assertThat(ByteSources.zeros(100).slice(10, 20).runAt(5))
                .isEqualTo(new ByteSource.Run(15, true));
        long[][] bad = {{-1, 10}, {0, -1}, {0, 201}, {201, 0}, {1, Long.MAX_VALUE}};
        for (long[] range : bad) {
            assertThatThrownBy(() -> slice.slice(range[0], range[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> ByteSources.of(bytes).slice(Long.MAX_VALUE, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mapsAndTheirHoles() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] below = random(seed, BELOW);
            ExtentMap map = ExtentMapTest.random(random);
            // Runs behind the length are not read.
            int length = random.nextInt(450);
            byte[] expected = new byte[length];
            boolean[] mapped = new boolean[length];
            for (ExtentMap.Run run : map.runs()) {
                for (long at = run.offset(); at < Math.min(run.end(), length); at++) {
                    expected[(int) at] = below[(int) (run.target() + at - run.offset())];
                    mapped[(int) at] = true;
                }
            }
            ByteSource source = new MappedSource(ByteSources.of(below), map, length);
            assertSame(source, expected);
            for (long at = 0; at < length; ) {
                ByteSource.Run run = source.runAt(at);
                assertThat(run.length()).isPositive();
                for (long i = at; i < at + run.length(); i++) {
                    assertThat(mapped[(int) i]).as("seed %d", seed).isEqualTo(!run.hole());
                }
                at += run.length();
            }
        }
    }

    @Test
    void aMapOverZerosIsAHoleAllOver() throws IOException {
        ByteSource source = new MappedSource(ByteSources.zeros(100), ExtentMap.identity(60), 80);
        assertThat(source.runAt(10)).isEqualTo(new ByteSource.Run(50, true));
        assertThat(source.runAt(60)).isEqualTo(new ByteSource.Run(20, true));
    }

    private static void assertSame(ByteSource source, byte[] expected) throws IOException {
        assertThat(source.length()).isEqualTo(expected.length);
        Random random = new Random(expected.length);
        for (int i = 0; i < 60; i++) {
            int from = random.nextInt(expected.length + 3);
            int room = random.nextInt(expected.length + 10);
            ByteBuffer target = ByteBuffer.allocate(room + 20).position(7).limit(7 + room);
            int read = source.readAt(from, target);
            int wanted = Math.max(0, Math.min(room, expected.length - from));
            assertThat(read).isEqualTo(wanted);
            assertThat(target.position()).isEqualTo(7 + wanted);
            assertThat(target.limit()).isEqualTo(7 + room);
            byte[] part =
                    wanted == 0 ? new byte[0] : Arrays.copyOfRange(expected, from, from + wanted);
            assertThat(Arrays.copyOfRange(target.array(), 7, 7 + wanted)).isEqualTo(part);
            if (wanted < room) {
                assertThatThrownBy(() -> source.readFully(from, ByteBuffer.allocate(room)))
                        .isInstanceOf(EOFException.class);
            }
        }
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
