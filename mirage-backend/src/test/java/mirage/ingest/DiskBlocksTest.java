package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.library.RandomDisks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What is seen of a disk in a container is what would be seen of the same disk as a raw upload. */
final class DiskBlocksTest {
    private static final long MOST = 1L << 40;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);

    @AfterEach
    void close() {
        workers.close();
    }

    @RepeatedTest(20)
    void theyAreThoseOfARawUpload(RepetitionInfo repetition) throws IOException {
        long seed = 20260611L + repetition.getCurrentRepetition();
        Random random = new Random(seed);
        byte[] disk = RandomDisks.disk(seed, random.nextInt(6_000_000));
        DiskBlocks blocks = DiskBlocks.read(ByteSources.of(disk), MOST, workers, 2);
        UploadMap map = CutterTest.uploadMap(disk);
        assertThat(blocks.sketch()).isEqualTo(map.sketch());
        for (int at = 0; at < disk.length; at += UploadMap.BLOCK_BYTES) {
            assertThat(blocks.isZeroBlock(at))
                    .as("at %d, seed %d", at, seed)
                    .isEqualTo(map.isZeroBlock(at));
            assertThat(blocks.endOfRun(at))
                    .as("at %d, seed %d", at, seed)
                    .isEqualTo(map.endOfRun(at));
        }
    }

    @Test
    void holesAreNotRead() throws IOException {
        long size = 16L << 40;
        long place = (9L << 40) + 5 * 4096;
        byte[] data = new byte[3 * 4096];
        Arrays.fill(data, (byte) 1);
        ByteSource disk =
                new MappedSource(
                        ByteSources.of(data),
                        new ExtentMap.Builder().add(place, data.length, 0).build(),
                        size);
        DiskBlocks blocks = DiskBlocks.read(disk, 16 << 20, workers, 2);
        assertThat(blocks.endOfRun(0)).isEqualTo(place);
        assertThat(blocks.endOfRun(place + 4096)).isEqualTo(place + data.length);
        assertThat(blocks.endOfRun(place + data.length)).isEqualTo(size);
        assertThat(blocks.isZero(place + data.length, 1L << 40)).isTrue();
    }

    @Test
    void aDiskThatHoldsMoreThanItMayIsRefused() {
        byte[] data = new byte[1 << 20];
        ExtentMap.Builder map = new ExtentMap.Builder();
        for (long at = 0; at < 1L << 40; at += 1L << 30) {
            map.add(at, data.length, 0);
        }
        ByteSource disk = new MappedSource(ByteSources.of(data), map.build(), 1L << 40);
        assertThatThrownBy(() -> DiskBlocks.read(disk, 64 << 20, workers, 2))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("at most 67108864 bytes expected");
    }
}
