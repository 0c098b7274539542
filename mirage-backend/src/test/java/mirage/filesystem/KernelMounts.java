package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.FileSource;
import mirage.bytes.Warnings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Compares what we read of an image with what the kernel shows of it, file by file. Needs root, loop devices, python3.
 * Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says so, and nothing is compared.
 */
public final class KernelMounts {
    private static final String SWITCH = "mirage.loop-mounts";

    private final Path directory;

    /**
     * @param directory for temporary files
     */
    public KernelMounts(Path directory) {
        this.directory = directory;
    }

    /** Says loudly when there is nothing to compare with. */
    public static boolean areImpossible(String reader) {
        boolean impossible = "impossible".equals(System.getProperty(SWITCH));
        if (impossible) {
            System.err.println(
                    "==== NOT COMPARED WITH THE KERNEL: -D"
                            + SWITCH
                            + "=impossible was given; the "
                            + reader
                            + " reader is not checked here ====");
        }
        return impossible;
    }

    /** Path, type, mode, owner, links, size, device, all times, link target, attributes and SHA-256 are the same. */
    public void requireTheSame(Path image, String type) throws IOException, InterruptedException {
        requireTheSame(image, kernelListing(image, type));
    }

    /** As {@link #requireTheSame(Path, String)}, with another program's listing. */
    public static void requireTheSame(Path image, List<String> expected) throws IOException {
        Warnings warnings = new Warnings();
        List<String> found;
        long millis;
        try (FileSource volume = FileSource.open(image)) {
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
                        + " paths expected, "
                        + differences.size()
                        + " differences, walked in "
                        + millis
                        + " ms, warnings "
                        + warnings.messages());
        assertThat(differences).as(image.toString()).isEmpty();
        assertThat(warnings.messages()).isEmpty();
        assertThat(expected).as(image + " holds files").hasSizeGreaterThan(10);
    }

    private List<String> kernelListing(Path image, String type)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run("mount", "-t", type, "-o", "ro,loop", image.toString(), mount.toString());
        try {
            return run("python3", resource("ext4/list.py").toString(), mount.toString());
        } finally {
            run("umount", mount.toString());
        }
    }

    /** A file of {@code golden}. */
    public static Path resource(String name) {
        return Path.of("src/test/resources/golden", name).toAbsolutePath();
    }

    /** Lines of standard output, whose names may be any bytes; a failure says how it may be made silent. */
    public List<String> run(String... command) throws IOException, InterruptedException {
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
        return Files.readAllLines(output, StandardCharsets.ISO_8859_1);
    }
}
