package mirage.filesystem.ext4;

import mirage.filesystem.KernelMounts;
import mirage.filesystem.KernelMounts.Image;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Compares what we read with what the kernel shows of the same image, file by file: path, type, mode, owner, links,
 * size, device, all times, link target, attributes, SHA-256 of the content.
 *
 * <p>The images are those that the system property or environment variable {@code MIRAGE_EXT4_IMAGES} names, separated
 * by colons, each {@code file} or {@code file@offset} of its file system; without it one that {@code mke2fs} makes
 * here. Needs root, loop devices, python3. Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says so,
 * and nothing is compared.
 */
final class Ext4LoopMountIT {
    private static final String IMAGES = "MIRAGE_EXT4_IMAGES";

    @TempDir private Path directory;

    @Test
    void everyFileIsAsTheKernelShowsIt() throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("ext4")) {
            return;
        }
        KernelMounts mounts = new KernelMounts(directory);
        List<Image> given = Image.given(IMAGES);
        for (Image image : given.isEmpty() ? List.of(makeImage(mounts)) : given) {
            mounts.requireTheSame(image, "ext4", "ro,noload");
        }
    }

    private Image makeImage(KernelMounts mounts) throws IOException, InterruptedException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        mounts.run(KernelMounts.resource("ext4/tree.sh").toString(), tree.toString());
        Path image = directory.resolve("image");
        mounts.run("mke2fs", "-q", "-t", "ext4", "-d", tree.toString(), image.toString(), "64M");
        return Image.of(image);
    }
}
