package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.filesystem.Listings.Lister;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Compares what we read of an image with what the kernel shows of it, file by file. Needs root, loop devices, python3.
 * Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says so, and nothing is compared.
 */
public final class KernelMounts {
    private static final String SWITCH = "mirage.loop-mounts";

    private final Path directory;
    private final Map<String, String> environment;

    /** A file system in a file. */
    public record Image(Path file, long offset) {
        public static Image of(Path file) {
            return new Image(file, 0);
        }

        /**
         * @param variable a system property or environment variable that names images, separated by colons, each {@code
         *     file} or {@code file@offset} of its file system
         * @return none when it is not set
         */
        public static List<Image> given(String variable) {
            String given = System.getProperty(variable, System.getenv(variable));
            return given == null || given.isEmpty()
                    ? List.of()
                    : Stream.of(given.split(":")).map(Image::parse).toList();
        }

        private static Image parse(String text) {
            int at = text.lastIndexOf('@');
            return at < 0
                    ? of(Path.of(text))
                    : new Image(
                            Path.of(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
        }
    }

    /** What is done with a file system while it is mounted. */
    @FunctionalInterface
    public interface Use {
        List<String> at(Path mount) throws IOException, InterruptedException;
    }

    /**
     * @param directory for temporary files
     */
    public KernelMounts(Path directory) {
        this(directory, Map.of());
    }

    /**
     * @param environment of all commands, beside our own
     */
    public KernelMounts(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
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
        requireTheSame(Image.of(image), type, "ro");
    }

    /** As {@link #requireTheSame(Path, String)}, with other options of the mount. */
    public void requireTheSame(Image image, String type, String options)
            throws IOException, InterruptedException {
        String lister = resource("ext4/list.py").toString();
        List<String> expected =
                mounted(image, type, options, mount -> run("python3", lister, mount.toString()));
        requireTheSame(image, expected, Listings::of);
    }

    /** As {@link #requireTheSame(Path, String)}, with another program's listing. */
    public static void requireTheSame(Path image, List<String> expected) throws IOException {
        requireTheSame(Image.of(image), expected, Listings::of);
    }

    /**
     * As {@link #requireTheSame(Path, String)}, with another program's listing.
     *
     * @param lister which lists as that program does
     */
    public static void requireTheSame(Image image, List<String> expected, Lister lister)
            throws IOException {
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
            found = lister.list(fileSystem, volume);
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

    /** Lines that the use of a file system writes, which is mounted from a loop device with these options. */
    public List<String> mounted(Image image, String type, String options, Use use)
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        String all = "loop,offset=" + image.offset + "," + options;
        run("mount", "-t", type, "-o", all, image.file.toString(), mount.toString());
        try {
            return use.at(mount);
        } finally {
            run("umount", mount.toString());
        }
    }

    /**
     * A file without content in which a command makes a file system.
     *
     * @param command words separated by spaces; the path of the file becomes its last
     */
    public Path makeImage(long bytes, String command) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.add(image.toString());
        run(words.toArray(String[]::new));
        return image;
    }

    /** A file of {@code golden}. */
    public static Path resource(String name) {
        return Path.of("src/test/resources/golden", name).toAbsolutePath();
    }

    /** Lines of standard output, whose names may be any bytes; a failure says how it may be made silent. */
    public List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
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
