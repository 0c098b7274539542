package mirage.filesystem.btrfs;

import mirage.filesystem.KernelMounts;
import mirage.filesystem.KernelMounts.Image;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Compares what we read with what the kernel shows of the same image from its top level on, file by file: path, type,
 * mode, owner, links, size, device, all times, link target, attributes, SHA-256 of the content, inode within its
 * subvolume. What the kernel makes up is not compared, see {@code golden/btrfs/shown.py}.
 *
 * <p>The images are made here by {@code mkfs.btrfs} with options swept, and filled by the kernel through mounts with
 * options swept, among them subvolumes and snapshots of all of it; further ones are those that the system property or
 * environment variable {@code MIRAGE_BTRFS_IMAGES} names, separated by colons, each {@code file} or {@code file@offset}
 * of its file system. Needs root, loop devices, btrfs-progs, python3. Where that is impossible, {@code
 * -Dmirage.loop-mounts=impossible} says so, and nothing is compared.
 */
final class BtrfsLoopMountIT {
    private static final String IMAGES = "MIRAGE_BTRFS_IMAGES";
    private static final String TOP_LEVEL = "subvolid=5,";
    private static final long SIZE_BYTES = 400L << 20;

    @TempDir private Path directory;

    /** Options of mkfs, options of the mount, entries of the largest directory. */
    @ParameterizedTest
    @CsvSource({
        "--metadata dup, compress=no, 8000",
        "--metadata single --data single, compress-force=zstd, 1000",
        "--data dup --metadata dup, compress-force=lzo, 1000",
        "--mixed, compress-force=zlib, 1000",
        "--nodesize 4096, compress=zstd:15, 2000",
        "--nodesize 8192 --metadata single --runtime-features quota, compress=zstd, 1000",
        "--nodesize 32768, max_inline=0, 1000",
        "--nodesize 65536, max_inline=4095, 1000",
        "--checksum xxhash, nodatacow, 1000",
        "--checksum sha256, nodatasum, 1000",
        "--checksum blake2, compress=lzo, 1000",
        "--features ^no-holes --runtime-features ^free-space-tree, compress-force=lzo, 1000",
        "--features ^extref --features ^skinny-metadata, compress=zlib:9, 1000"
    })
    void everyFileIsAsTheKernelShowsIt(String format, String mountOptions, int entries)
            throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("btrfs")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Image image = Image.of(mounts.makeImage(SIZE_BYTES, "mkfs.btrfs --quiet " + format));
        String script = KernelMounts.resource("btrfs/fill.sh").toString();
        mounts.mounted(
                image,
                "btrfs",
                TOP_LEVEL + mountOptions,
                mount -> mounts.run(script, mount.toString(), Integer.toString(entries)));
        compare(mounts, image);
    }

    @Test
    void givenImagesAreAsTheKernelShowsThem() throws IOException, InterruptedException {
        List<Image> images = Image.given(IMAGES);
        if (images.isEmpty() || KernelMounts.areImpossible("btrfs")) {
            return;
        }
        for (Image image : images) {
            compare(new KernelMounts(directory), image);
        }
    }

    private static void compare(KernelMounts mounts, Image image)
            throws IOException, InterruptedException {
        List<String> expected =
                mounts.mounted(
                        image,
                        "btrfs",
                        TOP_LEVEL + "ro",
                        mount ->
                                mounts.run(
                                        "sh",
                                        "-c",
                                        "\"$1\" \"$3\" | \"$2\"",
                                        "sh",
                                        KernelMounts.resource("ext4/list.py").toString(),
                                        KernelMounts.resource("btrfs/shown.py").toString(),
                                        mount.toString()));
        KernelMounts.requireTheSame(image, expected, BtrfsListings::of);
    }
}
