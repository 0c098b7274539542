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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One ext4 disk in all forms that qemu-img writes: each comes back bit-exact, its disk is the raw, and it is stored once. */
final class DiskFormsIT {
    private static final int DISK_MEGABYTES = 24;

    @TempDir private Path directory;

    /**
     * What qemu-img makes of a disk.
     *
     * @param driver as QEMU names the format
     * @param compressed whether its clusters are
     * @param isShared whether its clusters are, but for a hundredth of the disk for its recipe and tables
     */
    record Form(String name, String driver, String options, boolean compressed, boolean isShared) {
        static Form plain(String name, String driver, String options) {
            return new Form(name, driver, options, false, true);
        }

        static Form compressed(String name, String driver, String options) {
            return new Form(name, driver, options, true, true);
        }
    }

    private static final List<Form> FORMS =
            List.of(
                    Form.plain("vhd-dynamic", "vpc", "subformat=dynamic,force_size=on"),
                    Form.plain("vhd-fixed", "vpc", "subformat=fixed,force_size=on"),
                    Form.plain("vhdx", "vhdx", "subformat=dynamic,block_size=1M"),
                    Form.plain("vdi", "vdi", "static=off"),
                    Form.plain("vmdk-sparse", "vmdk", "subformat=monolithicSparse"),
                    Form.plain("ploop", "parallels", "cluster_size=64k"),
                    Form.plain("qcow2", "qcow2", "compat=1.1"),
                    Form.compressed("qcow2-c", "qcow2", "compat=1.1"),
                    Form.compressed("qcow2-c-4k", "qcow2", "cluster_size=4k"),
                    Form.compressed("qcow2-c-2m", "qcow2", "cluster_size=2M"),
                    Form.compressed("qcow2-c-extended", "qcow2", "extended_l2=on,cluster_size=64k"),
                    Form.compressed("vmdk-stream", "vmdk", "subformat=streamOptimized"),
                    new Form("qcow2-zstd", "qcow2", "compression_type=zstd", true, false));

    @Test
    void allFormsOfADiskAreStoredOnceAndComeBack() throws Exception {
        byte[] disk = Ext4Images.mixed(directory, 20260103, DISK_MEGABYTES);
        Path raw = Files.write(directory.resolve("disk.raw"), disk);
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED))) {
            store(library, "raw", disk);
            long alone = stored(library);
            for (Form form : FORMS) {
                byte[] image = convert(raw, form);
                long before = stored(library);
                store(library, form.name(), image);
                long added = stored(library) - before;
                System.out.printf("%s adds %d to %d bytes%n", form.name(), added, alone);
                assertGives(library, form.name(), image, 1);
                assertThat(Arrays.mismatch(read(library, form.name(), View.DISK), disk))
                        .as("first difference of the disk of %s", form.name())
                        .isEqualTo(-1);
                if (form.isShared()) {
                    assertThat(added).as(form.name()).isLessThan(alone / 100);
                }
            }
            assertClean(library);
        }
    }

    /** What the packs and manifests take. */
    private static long stored(MirageLibrary library) throws IOException {
        LibraryStatistics statistics = library.statistics();
        return statistics.packBytes() + statistics.manifestBytes();
    }

    private byte[] convert(Path raw, Form form) throws IOException, InterruptedException {
        Path image = directory.resolve(form.name());
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert", "-f", "raw"));
        if (form.compressed()) {
            command.add("-c");
        }
        command.addAll(List.of("-O", form.driver(), "-o", form.options()));
        command.addAll(List.of(raw.toString(), image.toString()));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(form.name()).isZero();
        byte[] bytes = Files.readAllBytes(image);
        Files.delete(image);
        return bytes;
    }
}
