package mirage.filesystem.squashfs;

import mirage.LongSweeps;
import mirage.filesystem.KernelMounts;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares what we read with what the kernel shows of the same image, for images that {@code mksquashfs} makes with its
 * options swept. Needs what {@link KernelMounts} needs, and squashfs-tools.
 */
final class SquashfsLoopMountIT {
    private static final List<String> OPTIONS =
            List.of(
                    "-comp gzip",
                    "-comp gzip -b 4K",
                    "-comp gzip -b 1M -Xcompression-level 1",
                    "-comp gzip -Xwindow-size 8 -always-use-fragments",
                    "-comp xz",
                    "-comp xz -b 1M -Xbcj x86,arm,armthumb,powerpc,sparc,ia64",
                    "-comp xz -b 16K -Xdict-size 8K",
                    "-comp lz4",
                    "-comp lz4 -Xhc -b 256K",
                    "-comp lzo",
                    "-comp lzo -Xalgorithm lzo1x_1 -b 8K",
                    "-comp lzo -Xalgorithm lzo1x_1_15",
                    "-comp zstd",
                    "-comp zstd -Xcompression-level 22 -b 1M",
                    "-noI -noId -noD -noF -noX",
                    "-noI",
                    "-noD",
                    "-noF",
                    "-noX -noId",
                    "-no-fragments -no-exports",
                    "-no-duplicates -no-sparse",
                    "-no-exports -b 64K",
                    "-all-root -no-xattrs",
                    "-noD -noF -b 32K",
                    "-comp zstd -b 16K -no-fragments",
                    "-comp lz4 -b 4K -always-use-fragments",
                    "-comp xz -noI -noX",
                    "-noI -noD -noF -force-uid 1000 -force-gid 4000000000",
                    "-comp lzo -b 512K -no-tailends -no-hardlinks");

    @TempDir private static Path directory;

    static Stream<String> options() {
        return LongSweeps.of(
                OPTIONS,
                List.of("-comp gzip", "-comp xz", "-comp lz4", "-comp lzo", "-comp zstd"),
                List.of(
                        "-b 4K", "-b 8K", "-b 16K", "-b 32K", "-b 64K", "-b 128K", "-b 256K",
                        "-b 512K", "-b 1M"),
                List.of("", "-no-fragments", "-always-use-fragments"));
    }

    @BeforeAll
    static void makeTree() throws IOException, InterruptedException {
        if (!KernelMounts.areImpossible("squashfs")) {
            KernelMounts mounts = new KernelMounts(directory);
            Path tree = Files.createDirectory(directory.resolve("tree"));
            mounts.run(KernelMounts.resource("ext4/tree.sh").toString(), tree.toString());
            mounts.run(
                    KernelMounts.resource("squashfs/more.py").toString(), tree.toString(), "1000");
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyFileIsAsTheKernelShowsIt(String options) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("squashfs")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Path image = directory.resolve("image");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "mksquashfs",
                                directory.resolve("tree").toString(),
                                image.toString(),
                                "-noappend",
                                "-no-progress"));
        command.addAll(Arrays.asList(options.split(" ")));
        mounts.run(command.toArray(String[]::new));
        mounts.requireTheSame(image, "squashfs");
    }
}
