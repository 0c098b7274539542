package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Volumes that are in many places of a disk, from upload to the bytes of a file. */
final class VolumesInLibraryTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"lvm/linear", "lvm/striped", "lvm/nested", "md/raid0-1.2", "md/layers"})
    void filesAreReadFromWhereTheyLie(String name) throws IOException {
        byte[] disk = GoldenFiles.unpacked(name + ".disk");
        try (MirageLibrary library = open()) {
            assertThat(store(library, "raw", disk).format()).isEqualTo("raw");
            store(library, "qcow2", GoldenDisks.qcow2(disk));
            for (String image : List.of("raw", "qcow2")) {
                StoredFiles.assertEachHasItsDigest(library, image);
            }
            assertGives(library, "raw", disk, 1);
            assertClean(library);
        }
    }

    @Test
    void aFileSystemIsSharedBetweenItsVolumeAndItsStripes() throws IOException {
        byte[] disk = GoldenFiles.unpacked("lvm/striped.disk");
        try (MirageLibrary library = open()) {
            store(library, "striped", disk);
            ImageManifest manifest =
                    Objects.requireNonNull(library.manifest(new ImageId("striped")));
            VolumeRecord two =
                    manifest.volumes().stream()
                            .filter(volume -> volume.volume().id().equals("stripes/two"))
                            .findFirst()
                            .orElseThrow();
            assertThat(two.volume().map().runCount()).isGreaterThan(100);
            long before = library.statistics().uniqueBytes();
            byte[] volume = read(two.volume().bytes(ByteSources.of(disk)));
            store(library, "volume", volume);
            long content = Objects.requireNonNull(two.files()).entryCount();
            assertThat(content).isPositive();
            // Inode tables, bitmaps, directories; a recipe and a file table. The files are 2 MiB.
            assertThat(library.statistics().uniqueBytes() - before).isLessThan(400_000);
            assertGives(library, "volume", volume, 1);
        }
    }

    @Test
    void whatIsNotReadIsNamedInTheManifest() throws IOException {
        try (MirageLibrary library = open()) {
            store(library, "image", GoldenFiles.unpacked("lvm/linear.disk"));
            ImageManifest manifest = Objects.requireNonNull(library.manifest(new ImageId("image")));
            List<String> found = new ArrayList<>();
            for (VolumeRecord volume : manifest.volumes()) {
                found.add(
                        volume.volume().id()
                                + " "
                                + (volume.files() != null
                                        ? volume.files().type()
                                        : volume.known() != null ? volume.known().type() : "-"));
            }
            assertThat(found)
                    .containsExactlyInAnyOrder(
                            "1 -",
                            "2 LVM2_member",
                            "vg0/root ext4",
                            "vg0/swap swap",
                            "vg0/data-2_x.y+z ext4");
        }
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED));
    }

    private static byte[] read(ByteSource source) throws IOException {
        byte[] bytes = new byte[(int) source.length()];
        source.readFully(0, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
