package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.GoldenFiles;
import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Images that are compressed as a whole: kept bit by bit, and their disk is the one in them; or kept as bytes, and nothing else is. */
@Timeout(300)
final class WrappedImagesTest {
    private static final String RAW = "ext4/ext2-old.img";
    private static final long MOST_DECODED_BYTES = 64 << 20;

    /** What has no disk in it, and is not odd. */
    private static final List<String> PLAIN_BYTES =
            List.of(
                    "gzip-of-text",
                    "gzip-of-gzip",
                    "zstd-of-ramdisk",
                    "xz-of-zeros",
                    "bzip2-of-nothing");

    @TempDir private Path directory;

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(
                directory,
                settings(Acknowledge.COMMITTED).withMostDecodedBytes(MOST_DECODED_BYTES));
    }

    private static ImageManifest manifest(MirageLibrary library, String id) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(id)));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> spools = Files.list(directory.resolve("spool"))) {
            assertThat(spools).isEmpty();
        }
    }

    @Test
    void theDiskIsTheOneInThem() throws IOException {
        byte[] disk = GoldenFiles.unpacked(RAW);
        List<String> names = GoldenFiles.names("wrapped", ".img");
        assertThat(names).hasSizeGreaterThan(10);
        try (MirageLibrary library = open()) {
            store(library, "raw", disk);
            ImageManifest raw = manifest(library, "raw");
            for (String name : names) {
                byte[] image = GoldenFiles.unpacked("wrapped/" + name + ".img");
                StoredImage stored = store(library, name, image);
                assertThat(stored.warnings()).as(name).isEmpty();
                assertThat(stored.format())
                        .as(name)
                        .isEqualTo(name.replaceFirst("-.*", "") + "+raw");
                assertThat(stored.virtualSize()).as(name).isEqualTo(disk.length);
                assertGives(library, name, image, 1);
                assertThat(Arrays.mismatch(read(library, name, View.DISK), disk))
                        .as("first difference of the disk of %s", name)
                        .isEqualTo(-1);
                ImageManifest manifest = manifest(library, name);
                assertThat(tables(manifest)).as(name).isEqualTo(tables(raw));
                assertThat(manifest.facts()).as(name).isEqualTo(raw.facts());
                assertThat(manifest.disk())
                        .as("the recipe of the disk of %s", name)
                        .isEqualTo(new DiskView.OwnRecipe(raw.container()));
            }
            assertNothingIsLeft();
            assertClean(library);
        }
    }

    /** Equal names of blocks are equal rows. */
    private static List<VolumeRecord.FileTable> tables(ImageManifest manifest) {
        return manifest.volumes().stream()
                .map(VolumeRecord::files)
                .map(Objects::requireNonNull)
                .toList();
    }

    @Test
    void whatHasNoDiskThatCanBeReadIsBytes() throws IOException {
        List<String> names = GoldenFiles.names("wrapped/refused", ".img");
        assertThat(names).hasSizeGreaterThan(30).containsAll(PLAIN_BYTES);
        try (MirageLibrary library = open()) {
            for (String name : names) {
                byte[] image = GoldenFiles.unpacked("wrapped/refused/" + name + ".img");
                StoredImage stored = store(library, name, image);
                assertThat(stored.format()).as(name).isNull();
                if (PLAIN_BYTES.contains(name)) {
                    assertThat(stored.warnings()).as(name).isEmpty();
                } else {
                    assertThat(stored.warnings())
                            .as(name)
                            .last()
                            .asString()
                            .startsWith("compressed with " + name.replaceFirst("-.*", "") + ", ");
                }
                if (name.contains("bomb")) {
                    assertThat(stored.warnings())
                            .as(name)
                            .singleElement()
                            .asString()
                            .endsWith("at most 67108864 bytes expected, found more");
                }
                assertGives(library, name, image, 1);
                assertThat(manifest(library, name).disk())
                        .as(name)
                        .isEqualTo(new DiskView.SameAsContainer());
            }
            assertNothingIsLeft();
            assertClean(library);
        }
    }

    @Test
    void aDiskImageInThemIsReadToo() throws IOException {
        byte[] disk = GoldenDisks.partitioned(GoldenFiles.unpacked(RAW));
        byte[] image = gzip(GoldenDisks.qcow2(disk));
        try (MirageLibrary library = open()) {
            StoredImage stored = store(library, "image", image);
            assertThat(stored.format()).isEqualTo("gzip+qcow2");
            assertThat(stored.warnings()).isEmpty();
            assertThat(stored.virtualSize()).isEqualTo(disk.length);
            assertGives(library, "image", image, 1);
            assertThat(read(library, "image", View.DISK)).isEqualTo(disk);
            assertThat(tables(manifest(library, "image"))).hasSize(1);
            assertClean(library);
        }
    }

    /** The magic of gzip at the start of a disk that we know is the guest's own business. */
    @Test
    void aDiskThatBeginsLikeOneIsADisk() throws IOException {
        byte[] disk = GoldenDisks.partitioned(GoldenFiles.unpacked(RAW));
        System.arraycopy(gzip(new byte[20]), 0, disk, 0, 20);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", disk).format()).isEqualTo("raw");
            assertThat(manifest(library, "image").disk()).isEqualTo(new DiskView.SameAsContainer());
        }
    }

    @Test
    void noneIsLookedIntoWhenNobodyWantsIt() throws IOException {
        byte[] image = gzip(GoldenFiles.unpacked(RAW));
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory, settings(Acknowledge.COMMITTED).withMostDecodedBytes(0))) {
            StoredImage stored = store(library, "image", image);
            assertThat(stored.format()).isNull();
            assertThat(stored.warnings()).isEmpty();
            assertGives(library, "image", image, 1);
        }
    }

    /** Until it is taken apart nobody knows it; it is not the compressed bytes. */
    @Test
    void theDiskIsNotGivenBeforeItIsKnown() throws IOException {
        byte[] disk = GoldenFiles.unpacked(RAW);
        byte[] image = gzip(disk);
        GatedBlobStore[] gate = new GatedBlobStore[1];
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory,
                        settings(Acknowledge.SPOOLED),
                        blobs -> gate[0] = new GatedBlobStore(blobs),
                        java.time.Clock.systemUTC())) {
            store(library, "image", image);
            assertGives(library, "image", image, 1);
            assertThatThrownBy(() -> library.open(new ImageId("image"), View.DISK))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("when it is taken apart");
            gate[0].open.countDown();
            TestLibraries.awaitStructured(library);
            assertThat(read(library, "image", View.DISK)).isEqualTo(disk);
        }
    }

    @Test
    void deltasLeadToTheDiskAndToTheBytes() throws IOException {
        byte[] disk = RandomDisks.disk(1, 3_000_000);
        byte[] volume = GoldenDisks.partitioned(disk);
        byte[] image = gzip(GoldenDisks.partitioned(RandomDisks.changed(disk, 1, 3)));
        try (MirageLibrary library = open()) {
            store(library, "base", volume);
            assertThat(store(library, "image", image).format()).isEqualTo("gzip+raw");
            ImageView base = new ImageView(new ImageId("base"), View.CONTAINER);
            for (View view : View.values()) {
                Path delta = directory.resolve("delta-" + view);
                library.deltas().make(base, new ImageView(new ImageId("image"), view), delta);
                byte[] made = ImageDeltasTest.apply(Files.readAllBytes(delta), volume);
                assertThat(Arrays.equals(made, read(library, "image", view)))
                        .as("%s", view)
                        .isTrue();
            }
            assertThat(Files.size(directory.resolve("delta-DISK"))).isLessThan(image.length / 4L);
        }
    }

    /** Damage in any place: the bytes come back, and where a disk is shown, it can be read. */
    @Test
    void everyMutationComesBackBitExact() throws IOException {
        Map<String, byte[]> images =
                Map.of(
                        "gzip", GoldenFiles.unpacked("wrapped/gzip-two-members.img"),
                        "zstd", GoldenFiles.unpacked("wrapped/zstd-no-checksum.img"),
                        "xz", GoldenFiles.unpacked("wrapped/xz-blocks.img"));
        int[] number = {0};
        try (MirageLibrary library = open()) {
            Fuzz.run(
                    images.keySet().stream().sorted().toList(),
                    name -> new Mutator(Objects.requireNonNull(images.get(name))),
                    90,
                    input -> {
                        ByteBuffer bytes = ByteBuffer.allocate((int) input.length());
                        input.readFully(0, bytes);
                        String id = "image-" + number[0]++;
                        store(library, id, bytes.array());
                        assertThat(read(library, id, View.CONTAINER)).isEqualTo(bytes.array());
                        read(library, id, View.DISK);
                    });
            assertThat(number[0]).isPositive();
            assertNothingIsLeft();
            assertClean(library);
        }
    }
}
