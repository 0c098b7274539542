package mirage.library;

import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.filesystem.FileType;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.FileTableReader;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Small images that ask for far more work, or memory, than their size accounts for: they are stored, come back bit-exact,
 * and say in a warning what was left out.
 */
@Timeout(120)
final class HostileWorkTest {
    @TempDir private Path directory;

    /** Files of an image: how many are shown, and how many of them have a digest. */
    private record Shown(long files, long named) {}

    @Test
    void tinyFilesEachInAnotherLargeFragment() throws IOException {
        byte[] image = CraftedSquashfs.of(20_000, 20_000, 16, 1);
        assertThat(image).hasSizeLessThan(1 << 20);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings())
                    .singleElement()
                    .asString()
                    .contains("encoded files have no digest");
            assertGives(library, "image", image, 1);
            Shown shown = shown(library);
            assertThat(shown.files).isEqualTo(20_000);
            // The budget: 1 GiB, and 64 bytes for each of the image's, at 1 MiB each.
            assertThat(shown.named).isBetween(900L, 1100L);
        }
    }

    @Test
    void tinyFilesOfOneFragmentAreDecodedTogether() throws IOException {
        byte[] image = CraftedSquashfs.of(5_000, 5_000, 1, 1);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings()).isEmpty();
            assertGives(library, "image", image, 1);
            assertThat(shown(library)).isEqualTo(new Shown(5_000, 5_000));
        }
    }

    @Test
    void moreNamesThanMemory() throws IOException {
        byte[] image = CraftedSquashfs.of(400_000, 400_000, 1, 1);
        assertThat(image).hasSizeLessThan(8 << 20);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings())
                    .anyMatch(warning ->
                            warning.contains("too many entries to keep")
                                    || warning.contains("more than memory is given for"));
            assertGives(library, "image", image, 1);
            assertThat(shown(library).files).isBetween(50_000L, 399_999L);
        }
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(directory, settings(Acknowledge.COMMITTED));
    }

    private static Shown shown(MirageLibrary library) throws IOException {
        VolumeRecord volume =
                Objects.requireNonNull(library.manifest(new ImageId("image"))).volumes().getFirst();
        long[] counts = new long[2];
        FileTableReader.forEach(
                Objects.requireNonNull(volume.files()),
                library.chunks(),
                entry -> {
                    if (entry.file().type() == FileType.REGULAR) {
                        counts[0]++;
                        counts[1] += entry.content() == null ? 0 : 1;
                    }
                    return true;
                });
        return new Shown(counts[0], counts[1]);
    }
}
