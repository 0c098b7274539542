package mirage.filesystem.xfs;

import mirage.filesystem.KernelMounts;
import mirage.filesystem.KernelMounts.Image;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Compares what we read with what the kernel shows of the same image, file by file: path, type, mode, owner, links,
 * size, device, all times, link target, attributes, SHA-256 of the content.
 *
 * <p>The images are made here by {@code mkfs.xfs} with options swept, and filled by the kernel; further ones are those
 * that the system property or environment variable {@code MIRAGE_XFS_IMAGES} names, separated by colons, each {@code
 * file} or {@code file@offset} of its file system. Version 4 newer kernels do not mount; golden images have it. Needs
 * root, loop devices, xfsprogs, python3. Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says so, and
 * nothing is compared.
 */
final class XfsLoopMountIT {
    private static final String IMAGES = "MIRAGE_XFS_IMAGES";

    /** Of mounts for comparison: also of an image that is part of a disk that is mounted, or was not unmounted. */
    private static final String OPTIONS = "ro,norecovery,nouuid";

    /** {@code mkfs.xfs} makes none below 300 MiB. */
    private static final long SIZE_BYTES = 320L << 20;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-m bigtime=1",
                "-m bigtime=0",
                "-m reflink=0",
                "-m rmapbt=1,reflink=1",
                "-m finobt=0,inobtcount=0 -i sparse=0",
                "-i size=2048,sparse=1",
                "-i nrext64=1",
                "-i size=1024,maxpct=50 -s size=4096",
                "-l version=2,su=32768 -m rmapbt=1",
                "-n size=8192",
                "-n size=65536",
                "-b size=1024",
                "-b size=2048 -i size=1024 -n size=4096 -m rmapbt=1"
            })
    void everyFileIsAsTheKernelShowsIt(String options) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("xfs")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        Image image = Image.of(mounts.makeImage(SIZE_BYTES, "mkfs.xfs -q -f " + options));
        // The largest directory takes its time, and depends on the size of its blocks only.
        int entries = options.contains("bigtime=1") || options.contains("-n ") ? 20_000 : 1000;
        fill(mounts, image, "ext4/tree.sh", entries);
        fill(mounts, image, "xfs/large.py", entries);
        mounts.requireTheSame(image, "xfs", OPTIONS);
    }

    @Test
    void givenImagesAreAsTheKernelShowsThem() throws IOException, InterruptedException {
        List<Image> images = Image.given(IMAGES);
        if (images.isEmpty() || KernelMounts.areImpossible("xfs")) {
            return;
        }
        for (Image image : images) {
            new KernelMounts(directory).requireTheSame(image, "xfs", OPTIONS);
        }
    }

    private static void fill(KernelMounts mounts, Image image, String script, int entries)
            throws IOException, InterruptedException {
        mounts.mounted(
                image,
                "xfs",
                "rw",
                mount ->
                        mounts.run(
                                "env",
                                "LARGE_MANY=" + entries,
                                // Devices that XFS has room for.
                                "TREE_MAX_MAJOR=511",
                                "TREE_MAX_MINOR=262143",
                                KernelMounts.resource(script).toString(),
                                mount.toString()));
    }
}
