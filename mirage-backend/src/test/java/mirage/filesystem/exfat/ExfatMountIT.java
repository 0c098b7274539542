package mirage.filesystem.exfat;

import mirage.filesystem.KernelMounts;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(Long.parseLong(words[0]) << 20);
        }
        KernelMounts programs = new KernelMounts(directory);
        programs.run("sh", "-c", "mkfs.exfat " + (words.length > 1 ? words[1] : "") + " " + image);
        mounted(programs, image, "loop", List.of(script("fat/fill.py"), "DIRECTORY", "kernel"));
        // It takes 2100 for a leap year, and writes days after its February as the ones before.
        mounted(programs, image, "loop", List.of("rm", "DIRECTORY/time-2107"));
        programs.run("fsck.exfat", "-n", image.toString());
        KernelMounts.requireTheSame(
                image,
                mounted(
                        programs,
                        image,
                        "ro,loop,umask=022",
                        List.of(script("ext4/list.py"), "DIRECTORY", MASK)));
    }

    private static String script(String name) {
        return KernelMounts.resource(name).toString();
    }

    private List<String> mounted(
            KernelMounts programs, Path image, String options, List<String> command)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        programs.run("mount", "-t", TYPE, "-o", options, image.toString(), mount.toString());
        try {
            return programs.run(
                    command.stream()
                            .map(word -> word.replace("DIRECTORY", mount.toString()))
                            .toArray(String[]::new));
        } finally {
            programs.run("umount", mount.toString());
        }
    }
}
