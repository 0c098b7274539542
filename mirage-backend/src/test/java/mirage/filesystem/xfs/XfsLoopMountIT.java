package mirage.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.Listings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

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
    private static final String SWITCH = "mirage.loop-mounts";

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
        if (isImpossible()) {
            return;
        }
        Path image = makeImage(options);
        // The largest directory takes its time, and depends on the size of its blocks only.
        int entries = options.contains("bigtime=1") || options.contains("-n ") ? 20_000 : 1000;
        fill(image, resource("ext4/tree.sh"), entries);
        fill(image, resource("xfs/large.py"), entries);
        compare(image, 0);
    }

    @Test
    void givenImagesAreAsTheKernelShowsThem() throws IOException, InterruptedException {
        String given = System.getProperty(IMAGES, System.getenv(IMAGES));
        if (given == null || given.isEmpty() || isImpossible()) {
            return;
        }
        for (String text : given.split(":")) {
            int at = text.lastIndexOf('@');
            compare(
                    Path.of(at < 0 ? text : text.substring(0, at)),
                    at < 0 ? 0 : Long.parseLong(text.substring(at + 1)));
        }
    }

    private static boolean isImpossible() {
        boolean impossible = "impossible".equals(System.getProperty(SWITCH));
        if (impossible) {
            System.err.println(
                    "==== NOT COMPARED WITH THE KERNEL: -D"
                            + SWITCH
                            + "=impossible was given; the xfs reader is not checked here ====");
        }
        return impossible;
    }

    private Path makeImage(String options) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE_BYTES);
        }
        List<String> command = new ArrayList<>(List.of("mkfs.xfs", "-q", "-f"));
        command.addAll(Arrays.asList(options.split(" ")));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return image;
    }

    private void fill(Path image, Path script, int entries)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run("mount", "-t", "xfs", "-o", "loop", image.toString(), mount.toString());
        try {
            run(
                    "env",
                    "LARGE_MANY=" + entries,
                    // Devices that XFS has room for.
                    "TREE_MAX_MAJOR=511",
                    "TREE_MAX_MINOR=262143",
                    script.toString(),
                    mount.toString());
        } finally {
            run("umount", mount.toString());
        }
    }

    private void compare(Path image, long offset) throws IOException, InterruptedException {
        List<String> expected = kernelListing(image, offset);
        Warnings warnings = new Warnings();
        List<String> found;
        long millis;
        try (FileSource file = FileSource.open(image)) {
            ByteSource volume = file.slice(offset, file.length() - offset);
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
        assertThat(warnings.messages()).isEmpty();
        assertThat(expected).as(image + " holds files").hasSizeGreaterThan(10);
    }

    private List<String> kernelListing(Path image, long offset)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run(
                "mount",
                "-t",
                "xfs",
                "-o",
                "ro,norecovery,nouuid,loop,offset=" + offset,
                image.toString(),
                mount.toString());
        try {
            return run("python3", resource("ext4/list.py").toString(), mount.toString());
        } finally {
            run("umount", mount.toString());
        }
    }

    private static Path resource(String name) {
        return Path.of("src/test/resources/golden", name).toAbsolutePath();
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
