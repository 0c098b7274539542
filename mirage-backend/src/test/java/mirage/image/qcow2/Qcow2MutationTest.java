package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import mirage.ByteMutations;
import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.ImageFormats;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Any bytes open as an image or are refused, and each place of its disk reads or is refused: no other exception, in
 * bounded time and memory. More inputs by {@code -Dmirage.fuzz.inputs=N}, others by {@code -Dmirage.fuzz.seed=N}.
 */
final class Qcow2MutationTest {
    private static final int INPUTS = Integer.getInteger("mirage.fuzz.inputs", 4000);
    private static final long SEED = Long.getLong("mirage.fuzz.seed", 20260101);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_SEED_BYTES = 1 << 20;

    @Test
    void anyBytesOpenOrAreRefused() throws IOException {
        List<byte[]> seeds = seeds();
        int recognised = 0;
        for (int i = 0; i < INPUTS; i++) {
            RandomGenerator random = new Random(SEED + i);
            byte[] input = new ByteMutations(random).mutate(seeds.get(i % seeds.size()));
            long start = System.nanoTime();
            try {
                recognised += readSome(input, random) ? 1 : 0;
            } catch (RuntimeException | Error | IOException wrong) {
                fail("input " + i + ": rerun with -Dmirage.fuzz.seed=" + (SEED + i), wrong);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("time for input %s: -Dmirage.fuzz.seed=%s", i, SEED + i)
                    .isLessThan(LIMIT);
        }
        // Else the changes would be so rough that nothing behind the header was tried.
        assertThat(recognised).isGreaterThan(INPUTS / 4);
    }

    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String directory : List.of("qcow2", "qcow2/damaged")) {
            for (String name : GoldenFiles.names(directory, ".qcow2")) {
                byte[] seed = GoldenFiles.unpacked(directory + "/" + name + ".qcow2");
                if (seed.length <= MAX_SEED_BYTES) {
                    seeds.add(seed);
                }
            }
        }
        return seeds;
    }

    private static boolean readSome(byte[] input, RandomGenerator random) throws IOException {
        ByteSource container = ByteSources.of(input);
        DiskImage image = ImageFormats.open(container, new Warnings());
        Guest.assertSound(image, container);
        ByteSource disk = image.disk();
        long at = 0;
        for (int i = 0; i < 32 && at < disk.length(); i++) {
            readOrBeRefused(disk, at, random.nextInt(1, 10_000));
            readOrBeRefused(disk, random.nextLong(disk.length()), random.nextInt(1, 10_000));
            at += disk.runAt(at).length();
        }
        return image.recognition() == DiskImage.Recognition.RECOGNISED;
    }

    private static void readOrBeRefused(ByteSource disk, long at, int length) throws IOException {
        try {
            int read = disk.readAt(at, ByteBuffer.allocate(length));
            assertThat(read).isEqualTo((int) Math.min(length, disk.length() - at));
        } catch (FormatException refused) {
            assertThat(refused).hasMessageContaining("qcow2");
        }
    }
}
