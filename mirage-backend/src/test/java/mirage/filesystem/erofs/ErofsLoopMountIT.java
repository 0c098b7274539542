package mirage.filesystem.erofs;

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
 * Compares what we read with what the kernel shows of the same image, for images that {@code mkfs.erofs} makes with its
 * options swept. Needs what {@link KernelMounts} needs, and erofs-utils.
 */
final class ErofsLoopMountIT {
    private static final List<String> OPTIONS =
            List.of(
                    "-x2",
                    "-x0 -Eforce-inode-extended",
                    "-x-1 -T1700000000",
                    "-Enoinline_data",
                    "--chunksize=4096",
                    "--chunksize=1048576",
                    "--chunksize=65536 -Eforce-chunk-indexes",
                    "-zlz4",
                    "-zlz4hc,12",
                    "-zlz4 -C8192",
                    "-zlz4hc -C65536",
                    "-zlz4hc -C1048576",
                    "-zlz4 -C16384 --max-extent-bytes=20000",
                    "-zlz4 -Elegacy-compress",
                    "-zlz4hc -C65536 -Elegacy-compress",
                    "-zlz4 -Eztailpacking",
                    "-zlz4hc -C65536 -Eztailpacking",
                    "-zlz4 -Eztailpacking -Elegacy-compress",
                    "-zlz4 -x0 --all-root -Enoinline_data",
                    "-zlz4 -C32768",
                    "-zlz4hc,1 -C131072 -T1700000000 --all-root",
                    "-zlz4hc -C524288 -Eztailpacking --max-extent-bytes=100000");

    @TempDir private static Path directory;

    static Stream<String> options() {
        return LongSweeps.of(
                OPTIONS,
                List.of("-zlz4", "-zlz4hc"),
                List.of(
                        "-C4096",
                        "-C8192",
                        "-C16384",
                        "-C32768",
                        "-C65536",
                        "-C131072",
                        "-C262144",
                        "-C524288",
                        "-C1048576"),
                List.of("", "-Elegacy-compress", "-Eztailpacking"));
    }

    @BeforeAll
    static void makeTree() throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("erofs")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Path tree = Files.createDirectory(directory.resolve("tree"));
        mounts.run(KernelMounts.resource("ext4/tree.sh").toString(), tree.toString());
        mounts.run(KernelMounts.resource("squashfs/more.py").toString(), tree.toString(), "1000");
        // mkfs.erofs does not find its own longest names.
        Files.delete(tree.resolve("names").resolve("n".repeat(255)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyFileIsAsTheKernelShowsIt(String options) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("erofs")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Path image = directory.resolve("image");
        Files.deleteIfExists(image);
        List<String> command = new ArrayList<>(List.of("mkfs.erofs"));
        command.addAll(Arrays.asList(options.split(" ")));
        command.add(image.toString());
        command.add(directory.resolve("tree").toString());
        mounts.run(command.toArray(String[]::new));
        mounts.requireTheSame(image, "erofs");
    }
}
