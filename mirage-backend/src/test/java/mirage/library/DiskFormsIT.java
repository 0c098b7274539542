package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One ext4 disk in all forms that qemu-img writes: each comes back bit-exact, its disk is the raw, and it is stored once. */
final class DiskFormsIT {
    private static final int DISK_MEGABYTES = 24;

    /** QEMU logs its writes of a VHDX's tables, and leaves the log there. */
    private static final int VHDX_LOG_BYTES = 128 << 10;

    @TempDir private Path directory;

    /**
     * @param driver as QEMU names the format
     * @param tableBytes how much of its own it brings, beside a hundredth of the disk for its recipe and what is in its tables
     */
    record Form(String name, String driver, String options, boolean plain, int tableBytes) {
        Form(String name, String driver, String options, boolean plain) {
            this(name, driver, options, plain, 0);
        }
    }

    private static final List<Form> FORMS =
            List.of(
                    new Form("vhd-dynamic", "vpc", "subformat=dynamic,force_size=on", true),
                    new Form("vhd-fixed", "vpc", "subformat=fixed,force_size=on", true),
                    new Form(
                            "vhdx",
                            "vhdx",
                            "subformat=dynamic,block_size=1M",
                            true,
                            VHDX_LOG_BYTES),
                    new Form("vdi", "vdi", "static=off", true),
                    new Form("vmdk-sparse", "vmdk", "subformat=monolithicSparse", true),
                    new Form("ploop", "parallels", "cluster_size=64k", true),
                    new Form("vmdk-stream", "vmdk", "subformat=streamOptimized", false));

    @Test
    void allFormsOfADiskAreStoredOnceAndComeBack() throws Exception {
        byte[] disk = disk();
        Path raw = Files.write(directory.resolve("disk.raw"), disk);
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED))) {
            store(library, "raw", disk);
            long alone = library.statistics().uniqueBytes();
            for (Form form : FORMS) {
                byte[] image = convert(raw, form);
                long before = library.statistics().uniqueBytes();
                store(library, form.name(), image);
                long added = library.statistics().uniqueBytes() - before;
                System.out.printf("%s adds %d to %d bytes%n", form.name(), added, alone);
                assertGives(library, form.name(), image, 1);
                assertThat(Arrays.mismatch(read(library, form.name(), View.DISK), disk))
                        .as("first difference of the disk of %s", form.name())
                        .isEqualTo(-1);
                if (form.plain()) {
                    assertThat(added).as(form.name()).isLessThan(alone / 100 + form.tableBytes());
                }
            }
            assertClean(library);
        }
    }

    private byte[] disk() throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Random random = new Random(20260103);
        for (int i = 0; i < 120; i++) {
            byte[] content = new byte[1 + random.nextInt(1 << random.nextInt(10, 19))];
            random.nextBytes(content);
            Files.write(tree.resolve("file-" + i), content);
        }
        return Ext4Images.make(tree, directory, DISK_MEGABYTES);
    }

    private byte[] convert(Path raw, Form form) throws IOException, InterruptedException {
        Path image = directory.resolve(form.name());
        Process process =
                new ProcessBuilder(
                                "qemu-img",
                                "convert",
                                "-f",
                                "raw",
                                "-O",
                                form.driver(),
                                "-o",
                                form.options(),
                                raw.toString(),
                                image.toString())
                        .inheritIO()
                        .start();
        assertThat(process.waitFor()).as(form.name()).isZero();
        byte[] bytes = Files.readAllBytes(image);
        Files.delete(image);
        return bytes;
    }
}
