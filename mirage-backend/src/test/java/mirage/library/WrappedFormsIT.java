package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * One ext4 disk, raw and in the forms that qemu-img writes, compressed as a whole by the commands that people have: each comes back
 * bit-exact, its disk and its files are those of the raw, and it adds its own bytes.
 */
final class WrappedFormsIT {
    private static final int DISK_MEGABYTES = 40;

    /** Of what is uploaded: recipe, file table that is there already, manifest. */
    private static final double MOST_ADDED = 1.05;

    @TempDir private Path directory;

    /** A command that compresses its standard input, and what is made of it. */
    private record Form(String file, String format, List<String> command) {
        static Form of(String file, String format, String... command) {
            return new Form(file, format, List.of(command));
        }
    }

    private static final List<Form> FORMS =
            List.of(
                    Form.of("raw", "gzip+raw", "gzip", "-c"),
                    Form.of("raw", "gzip+raw", "gzip", "-1c"),
                    Form.of("raw", "bzip2+raw", "bzip2", "-c"),
                    Form.of("raw", "xz+raw", "xz", "-1c"),
                    Form.of("raw", "xz+raw", "xz", "-9c"),
                    Form.of("raw", "xz+raw", "xz", "-T2", "--block-size=4MiB", "-1c"),
                    Form.of("raw", "zstd+raw", "zstd", "-qc"),
                    Form.of("raw", "zstd+raw", "zstd", "-qc", "-T2", "--long=27"),
                    Form.of("qcow2", "gzip+qcow2", "gzip", "-c"),
                    Form.of("qcow2", "xz+qcow2", "xz", "-1c"),
                    Form.of("qcow2-c", "zstd+qcow2", "zstd", "-qc"),
                    Form.of("vmdk", "gzip+vmdk", "gzip", "-c"));

    @Test
    void whatTheCommandsMakeIsTheSameDisk() throws Exception {
        byte[] disk = disk();
        Path raw = Files.write(directory.resolve("raw"), disk);
        qemu(raw, "qcow2", "-O", "qcow2");
        qemu(raw, "qcow2-c", "-c", "-O", "qcow2");
        qemu(raw, "vmdk", "-O", "vmdk", "-o", "subformat=streamOptimized");
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED))) {
            store(library, "raw", disk);
            ImageManifest expected = manifest(library, "raw");
            for (int i = 0; i < FORMS.size(); i++) {
                Form form = FORMS.get(i);
                byte[] image = compressed(form);
                String id = "image-" + i;
                long before = stored(library);
                StoredImage stored = store(library, id, image);
                long added = stored(library) - before;
                System.out.printf(
                        "%s of %s: %d bytes, adds %d (%.3f)%n",
                        form.command(),
                        form.file(),
                        image.length,
                        added,
                        (double) added / image.length);
                assertThat(stored.format()).isEqualTo(form.format());
                assertThat(stored.warnings()).as(id).isEmpty();
                assertGives(library, id, image, 1);
                assertThat(Arrays.mismatch(read(library, id, View.DISK), disk))
                        .as("first difference of the disk of %s", form)
                        .isEqualTo(-1);
                assertThat(tables(manifest(library, id))).isEqualTo(tables(expected));
                assertThat(manifest(library, id).facts()).isEqualTo(expected.facts());
                assertThat((double) added).as("%s", form).isLessThan(MOST_ADDED * image.length);
            }
            assertClean(library);
        }
    }

    /** By the bounds that servers have: a compressed file of a MiB is worth seconds and no disk. */
    @ParameterizedTest
    @CsvSource({
        "gzip-bomb-1-gib-of-zeros, ''",
        "gzip-bomb-3-gib-of-ones, bytes other than zeros expected",
        "xz-bomb-6-gib-of-zeros, bytes expected",
    })
    void bombsAreBytes(String name, String warning) throws IOException {
        byte[] image = GoldenFiles.unpacked("wrapped/refused/" + name + ".img");
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory.resolve("library"),
                        LibrarySettings.defaults().withAcknowledge(Acknowledge.COMMITTED))) {
            long begun = System.nanoTime();
            StoredImage stored = store(library, name, image);
            System.out.printf(
                    "%s: %d bytes, %.1f s%n",
                    name, image.length, (System.nanoTime() - begun) / 1e9);
            assertThat(stored.format()).isNull();
            if (warning.isEmpty()) {
                assertThat(stored.warnings()).isEmpty();
            } else {
                assertThat(stored.warnings()).singleElement().asString().contains(warning);
            }
            assertGives(library, name, image, 1);
            assertThat(directory.resolve("library/spool")).isEmptyDirectory();
        }
    }

    private static ImageManifest manifest(MirageLibrary library, String id) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(id)));
    }

    private static List<VolumeRecord.FileTable> tables(ImageManifest manifest) {
        return manifest.volumes().stream()
                .map(VolumeRecord::files)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** What the packs and manifests take. */
    private static long stored(MirageLibrary library) throws IOException {
        LibraryStatistics statistics = library.statistics();
        return statistics.packBytes() + statistics.manifestBytes();
    }

    private byte[] disk() throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Random random = new Random(20260706);
        for (int i = 0; i < 150; i++) {
            byte[] content = new byte[1 + random.nextInt(1 << random.nextInt(10, 19))];
            random.nextBytes(content);
            if (i % 2 == 0) {
                Arrays.fill(content, content.length / 3, content.length, (byte) i);
            }
            Files.write(tree.resolve("file-" + i), content);
        }
        Path etc = Files.createDirectory(tree.resolve("etc"));
        Files.writeString(etc.resolve("os-release"), "ID=debian\nVERSION_ID=\"12\"\n");
        return Ext4Images.make(tree, directory, DISK_MEGABYTES);
    }

    private void qemu(Path raw, String name, String... options) throws Exception {
        List<String> command =
                new java.util.ArrayList<>(List.of("qemu-img", "convert", "-f", "raw"));
        command.addAll(List.of(options));
        command.addAll(List.of(raw.toString(), directory.resolve(name).toString()));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).as(name).isZero();
    }

    private byte[] compressed(Form form) throws Exception {
        Process process =
                new ProcessBuilder(form.command())
                        .redirectInput(directory.resolve(form.file()).toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] bytes = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as("%s", form).isZero();
        return bytes;
    }
}
