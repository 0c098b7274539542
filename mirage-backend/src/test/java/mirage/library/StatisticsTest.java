package mirage.library;

import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;

/** Numbers that can be computed by hand: disks with an MBR, whose bytes outside partitions are cut at multiples of 64 KiB. */
final class StatisticsTest {
    private static final int RUN = 64 << 10;

    @TempDir private Path directory;

    @Test
    void countsChunksBytesAndSharing() throws IOException {
        byte[] alone = disk(1, 2, 3);
        byte[] like = disk(1, 2, 4);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            store(library, "alone", alone);
            LibraryStatistics first = library.statistics();
            assertThat(first.images()).isEqualTo(1);
            assertThat(first.spooledImages()).isZero();
            assertThat(first.uploadedBytes()).isEqualTo(alone.length);
            // The table, three runs, and one segment of the recipe.
            assertThat(first.chunks()).isEqualTo(5);
            ImageSharing own = library.sharing(new ImageId("alone"));
            assertThat(own.chunks()).isEqualTo(5);
            assertThat(own.exclusiveChunks()).isEqualTo(5);
            assertThat(own.exclusiveBytes()).isEqualTo(own.chunkBytes());
            assertThat(own.chunkBytes()).isEqualTo(first.uniqueBytes());
            assertThat(own.freedBytes()).isEqualTo(first.packBytes());

            store(library, "like", like);
            LibraryStatistics both = library.statistics();
            assertThat(both.chunks()).isEqualTo(7);
            ImageSharing shared = library.sharing(new ImageId("like"));
            assertThat(shared.chunks()).isEqualTo(5);
            assertThat(shared.exclusiveChunks()).isEqualTo(2);
            long segment = shared.exclusiveBytes() - RUN;
            assertThat(segment).isBetween(100L, 400L);
            assertThat(both.uniqueBytes() - first.uniqueBytes()).isEqualTo(RUN + segment);

            assertThat(both.packBytes()).isEqualTo(bytesBelow("blobs/packs"));
            assertThat(both.manifestBytes()).isEqualTo(bytesBelow("blobs/manifests"));
            assertThat(both.storedBytes())
                    .isEqualTo(both.packBytes() + both.manifestBytes() + both.indexBytes());
            assertThat(both.indexBytes()).isPositive();
            assertThat(both.spoolBytes()).isZero();
        }
    }

    /** A run for each seed, between a partition table and its only partition, which is zeros. */
    private static byte[] disk(int... seeds) {
        ByteBuffer disk =
                ByteBuffer.allocate(RUN * (3 + seeds.length)).order(ByteOrder.LITTLE_ENDIAN);
        disk.put(446 + 4, (byte) 0x83);
        disk.putInt(446 + 8, RUN / 512 * (2 + seeds.length)).putInt(446 + 12, RUN / 512);
        disk.put(510, (byte) 0x55).put(511, (byte) 0xaa);
        for (int i = 0; i < seeds.length; i++) {
            byte[] run = new byte[RUN];
            new Random(seeds[i]).nextBytes(run);
            disk.put(RUN * (2 + i), run);
        }
        return disk.array();
    }

    private long bytesBelow(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(folder))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
