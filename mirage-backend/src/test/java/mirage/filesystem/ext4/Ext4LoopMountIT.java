package mirage.filesystem.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.Listings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

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
    private static final String SWITCH = "mirage.loop-mounts";

    @TempDir private Path directory;

    @Test
    void everyFileIsAsTheKernelShowsIt() throws IOException, InterruptedException {
        if ("impossible".equals(System.getProperty(SWITCH))) {
            System.err.println(
                    "==== NOT COMPARED WITH THE KERNEL: -D"
                            + SWITCH
                            + "=impossible was given; the ext4 reader is not checked here ====");
            return;
        }
        for (Image image : images()) {
            compare(image);
        }
    }

    private record Image(Path file, long offset) {
        static Image parse(String text) {
            int at = text.lastIndexOf('@');
            return at < 0
                    ? new Image(Path.of(text), 0)
                    : new Image(
                            Path.of(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
        }
    }

    private List<Image> images() throws IOException, InterruptedException {
        String given = System.getProperty(IMAGES, System.getenv(IMAGES));
        if (given == null || given.isEmpty()) {
            return List.of(new Image(makeImage(), 0));
        }
        List<Image> images = new ArrayList<>();
        for (String text : given.split(":")) {
            images.add(Image.parse(text));
        }
        return images;
    }

    private Path makeImage() throws IOException, InterruptedException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        run(resource("tree.sh").toString(), tree.toString());
        Path image = directory.resolve("image");
        run("mke2fs", "-q", "-t", "ext4", "-d", tree.toString(), image.toString(), "64M");
        return image;
    }

    private void compare(Image image) throws IOException, InterruptedException {
        List<String> expected = kernelListing(image);
        Warnings warnings = new Warnings();
        List<String> found;
        long millis;
        try (FileSource file = FileSource.open(image.file)) {
            ByteSource volume = file.slice(image.offset, file.length() - image.offset);
            FileSystem fileSystem =
                    Objects.requireNonNull(FileSystems.open(volume, warnings), "no file system");
            long start = System.nanoTime();
            fileSystem.walk(record -> {});
            millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            found = Listings.of(fileSystem, volume);
        }
        List<String> differences = Listings.differences(expected, found);
        System.err.println(
                image
                        + ": "
                        + expected.size()
                        + " paths by the kernel, "
                        + differences.size()
                        + " differences, walked in "
                        + millis
                        + " ms, warnings "
                        + warnings.messages());
        assertThat(differences).as(image.toString()).isEmpty();
        assertThat(expected).as(image + " holds files").hasSizeGreaterThan(10);
    }

    private List<String> kernelListing(Image image) throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run(
                "mount",
                "-t",
                "ext4",
                "-o",
                "ro,noload,loop,offset=" + image.offset,
                image.file.toString(),
                mount.toString());
        try {
            return run("python3", resource("list.py").toString(), mount.toString());
        } finally {
            run("umount", mount.toString());
        }
    }

    private static Path resource(String name) {
        return Path.of("src/test/resources/golden/ext4", name).toAbsolutePath();
    }

    /** Lines of standard output; a failure is loud and says how it may be made silent. */
    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        int status = process.waitFor();
        if (status != 0) {
            throw new AssertionError(
                    String.join(" ", command)
                            + " failed with "
                            + status
                            + ": "
                            + Files.readString(errors)
                            + " Where loop mounts are impossible, say -D"
                            + SWITCH
                            + "=impossible");
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }
}
