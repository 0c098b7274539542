package mirage.filesystem.btrfs;

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
import org.junit.jupiter.params.provider.CsvSource;

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
    private static final String SWITCH = "mirage.loop-mounts";
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
        if (isImpossible()) {
            return;
        }
        Path image = makeImage(format);
        fill(image, mountOptions, entries);
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
                            + "=impossible was given; the btrfs reader is not checked here ====");
        }
        return impossible;
    }

    private Path makeImage(String options) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE_BYTES);
        }
        List<String> command = new ArrayList<>(List.of("mkfs.btrfs", "--quiet"));
        command.addAll(Arrays.asList(options.split(" ")));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return image;
    }

    private void fill(Path image, String mountOptions, int entries)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        mount(image, "loop," + mountOptions, mount);
        try {
            run(resource("btrfs/fill.sh").toString(), mount.toString(), Integer.toString(entries));
        } finally {
            run("umount", mount.toString());
        }
    }

    private void mount(Path image, String options, Path mount)
            throws IOException, InterruptedException {
        run(
                "mount",
                "-t",
                "btrfs",
                "-o",
                "subvolid=5," + options,
                image.toString(),
                mount.toString());
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
            found = BtrfsListings.of(fileSystem, volume);
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
        mount(image, "ro,loop,offset=" + offset, mount);
        try {
            return run(
                    "sh",
                    "-c",
                    "\"$1\" \"$3\" | \"$2\"",
                    "sh",
                    resource("ext4/list.py").toString(),
                    resource("btrfs/shown.py").toString(),
                    mount.toString());
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
