package mirage.filesystem.ext4;

import mirage.LongSweeps;
import mirage.filesystem.KernelMounts;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares what we read with what the kernel shows, file by file, for file systems that {@code mke2fs} makes with options
 * swept: sizes of blocks, inodes and groups, features on and off. Features that not every kernel mounts are in the golden
 * images. In the long mode of {@link LongSweeps} with sizes and features combined. Needs root, loop devices, e2fsprogs,
 * python3.
 */
final class Ext4OptionsIT {
    private static final List<String> OPTIONS =
            List.of(
                    "-t ext2",
                    "-t ext2 -b 1024 -I 128",
                    "-t ext2 -b 2048 -O ^filetype,^dir_index,^resize_inode",
                    "-t ext2 -O none -I 128 -r 0",
                    "-t ext2 -O ^sparse_super,^large_file,^resize_inode",
                    "-t ext3",
                    "-t ext3 -b 1024 -I 128 -O ^dir_index",
                    "-t ext3 -J size=4",
                    "-t ext4",
                    "-t ext4 -b 1024",
                    "-t ext4 -b 2048 -I 512",
                    "-t ext4 -b 4096 -I 4096 -N 500",
                    "-t ext4 -b 1024 -I 128",
                    "-t ext4 -O ^has_journal,^metadata_csum",
                    "-t ext4 -O ^metadata_csum,uninit_bg",
                    "-t ext4 -O ^64bit",
                    "-t ext4 -O ^extent,^64bit",
                    "-t ext4 -O ^flex_bg -b 1024",
                    "-t ext4 -G 64 -b 1024",
                    "-t ext4 -O meta_bg,^resize_inode -b 1024",
                    "-t ext4 -O bigalloc -C 16384",
                    "-t ext4 -O bigalloc -C 65536 -b 1024",
                    "-t ext4 -O inline_data",
                    "-t ext4 -O inline_data -I 1024",
                    "-t ext4 -O ea_inode,inline_data -b 1024",
                    "-t ext4 -O large_dir,^dir_nlink",
                    "-t ext4 -O sparse_super2 -E num_backup_sb=1",
                    "-t ext4 -O sparse_super2,^resize_inode -E num_backup_sb=0",
                    "-t ext4 -O quota,project",
                    "-t ext4 -O encrypt,verity,stable_inodes",
                    "-t ext4 -O metadata_csum_seed,orphan_file",
                    "-t ext4 -O mmp,fast_commit",
                    "-t ext4 -O ^extra_isize,^huge_file",
                    "-t ext4 -E stride=16,stripe_width=64,packed_meta_blocks=1",
                    "-t ext4 -E desc_size=128,root_owner=1000:1000",
                    "-t ext4 -g 256 -b 1024",
                    "-t ext4 -g 8192 -b 2048 -O ^flex_bg");

    @TempDir private static Path directory;

    static Stream<String> options() {
        return LongSweeps.of(
                OPTIONS,
                List.of("-t ext2", "-t ext3", "-t ext4"),
                List.of("-b 1024", "-b 2048", "-b 4096"),
                List.of("-I 128", "-I 256", "-I 1024"),
                List.of("", "-O ^dir_index", "-O ^filetype", "-O meta_bg,^resize_inode"));
    }

    @BeforeAll
    static void makeTree() throws IOException, InterruptedException {
        if (!KernelMounts.areImpossible("ext4")) {
            KernelMounts mounts = new KernelMounts(directory);
            Path tree = Files.createDirectory(directory.resolve("tree"));
            mounts.run(KernelMounts.resource("ext4/tree.sh").toString(), tree.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyFileIsAsTheKernelShowsIt(String options) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("ext4")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Path image = directory.resolve("image");
        Files.deleteIfExists(image);
        mounts.run(
                "sh",
                "-c",
                "mke2fs -q " + options + " -d " + directory.resolve("tree") + " " + image + " 32M");
        mounts.requireTheSame(image, "ext4");
    }
}
