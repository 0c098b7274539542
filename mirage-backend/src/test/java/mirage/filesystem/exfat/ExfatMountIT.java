package mirage.filesystem.exfat;

import mirage.filesystem.KernelMounts;
import mirage.filesystem.KernelMounts.Image;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Compares what we read with what {@code exfat-fuse} shows of the same volume, file by file: path, type, mode, owner, size,
 * times, SHA-256 of the content. The volumes are made here by {@code mkfs.exfat} with options swept, and filled by
 * {@code exfat-fuse}; what the kernel makes of one is among the golden images. Needs root, loop devices, FUSE,
 * exfatprogs, exfat-fuse, python3.
 */
final class ExfatMountIT {
    private static final String TYPE = "exfat-fuse";

    /** It numbers files as it meets them, has one link for all, and does not tell when they were made. */
    private static final String MASK = "inode,links,btime";

    @TempDir private Path directory;

    /** MiB, options of mkfs. Directories of larger clusters take exfat-fuse minutes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "16 -c 512",
                "16 -c 1K -L label",
                "64 -c 2K",
                "64",
                "64 -c 8K --pack-bitmap",
                "64 -c 32K -b 64K",
                "256 -c 128K",
                "2048 -c 1M"
            })
    void everyFileIsAsExfatFuseShowsIt(String options) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("exfat")) {
            return;
        }
        String[] words = options.split(" ", 2);
        KernelMounts programs = new KernelMounts(directory);
        String more = words.length > 1 ? " " + words[1] : "";
        Path file = programs.makeImage(Long.parseLong(words[0]) << 20, "mkfs.exfat" + more);
        Image image = Image.of(file);
        String fill = KernelMounts.resource("fat/fill.py").toString();
        programs.mounted(
                image, TYPE, "rw", mount -> programs.run(fill, mount.toString(), "kernel"));
        // It takes 2100 for a leap year, and writes days after its February as the ones before.
        programs.mounted(image, TYPE, "rw", mount -> programs.run("rm", mount + "/time-2107"));
        programs.run("fsck.exfat", "-n", file.toString());
        String list = KernelMounts.resource("ext4/list.py").toString();
        KernelMounts.requireTheSame(
                file,
                programs.mounted(
                        image,
                        TYPE,
                        "ro,umask=022",
                        mount -> programs.run(list, mount.toString(), MASK)));
    }
}
