package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.awaitStructured;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** What is stored comes back bit-exact, whatever it is. */
final class RoundTripTest {
    private static final int[] SIZES = {
        0,
        1,
        3,
        4095,
        4096,
        4097,
        (64 << 10) - 1,
        64 << 10,
        (64 << 10) + 1,
        (256 << 10) - 1,
        (256 << 10) + 1,
        (4 << 20) - 1,
        4 << 20,
        (4 << 20) + 1,
        10_000_000
    };

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void everySizeComesBack(Acknowledge acknowledge) throws IOException {
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            for (int size : SIZES) {
                byte[] disk = RandomDisks.disk(size, size);
                StoredImage stored = store(library, "disk-" + size, disk);
                assertThat(stored.size()).isEqualTo(size);
                assertGives(library, "disk-" + size, disk, size);
            }
            awaitStructured(library);
            for (int size : SIZES) {
                assertGives(library, "disk-" + size, RandomDisks.disk(size, size), size + 1);
            }
        }
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            for (int size : SIZES) {
                assertGives(library, "disk-" + size, RandomDisks.disk(size, size), size + 2);
            }
            assertClean(library);
        }
    }

    @Test
    void zerosTakeNoSpace() throws IOException {
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            store(library, "zeros", new byte[20_000_000]);
            assertGives(library, "zeros", new byte[20_000_000], 1);
            assertThat(library.statistics().chunks()).isZero();
            assertThat(library.statistics().packBytes()).isZero();
        }
    }

    @Test
    void aChangedImageStoresLittleMoreThanItsChanges() throws IOException {
        byte[] first = RandomDisks.disk(1, 10_000_000);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            store(library, "first", first);
            long before = library.statistics().uniqueBytes();
            assertThat(before).isBetween(2_000_000L, 10_000_000L);

            store(library, "same", first);
            assertThat(library.statistics().uniqueBytes()).isEqualTo(before);

            byte[] changed = RandomDisks.changed(first, 2, 10);
            store(library, "changed", changed);
            long added = library.statistics().uniqueBytes() - before;
            // A change spoils the chunks around it, 64 KiB at the most each, and its recipe
            // segment.
            assertThat(added).isBetween(1000L, 10L * 2 * (64 << 10));
            assertGives(library, "changed", changed, 3);
            assertGives(library, "first", first, 4);
        }
    }

    @Test
    void anImageWithBytesInsertedSharesWhatFollows() throws IOException {
        byte[] first = new byte[6_000_000];
        new Random(5).nextBytes(first);
        byte[] inserted = new byte[first.length + 1234];
        new Random(6).nextBytes(inserted);
        System.arraycopy(first, 0, inserted, 0, 3_000_000);
        System.arraycopy(first, 3_000_000, inserted, 3_001_234, 3_000_000);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            store(library, "first", first);
            long before = library.statistics().uniqueBytes();
            store(library, "inserted", inserted);
            assertThat(library.statistics().uniqueBytes() - before).isLessThan(400_000);
            assertGives(library, "inserted", inserted, 7);
        }
    }

    @Test
    void uploadsThatComeInDropsAreTheSame() throws IOException {
        byte[] disk = RandomDisks.disk(9, 1_000_001);
        Random random = new Random(10);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            library.store(
                    new ImageId("drops"),
                    "",
                    new FilterInputStream(new ByteArrayInputStream(disk)) {
                        @Override
                        public int read(byte[] target, int offset, int length) throws IOException {
                            return super.read(
                                    target, offset, Math.min(length, 1 + random.nextInt(5000)));
                        }
                    });
            assertGives(library, "drops", disk, 11);
        }
    }
}
