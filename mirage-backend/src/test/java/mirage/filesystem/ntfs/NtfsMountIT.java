package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares what we read with what two programs show of the same image, file by file: ntfs-3g through a mount (path,
 * type, links, size, device, all times, link target, SHA-256 of the content, streams), and The Sleuth Kit ({@code fls},
 * {@code icat}: paths and content, streams among them).
 *
 * <p>The images are made here by {@code mkntfs} with options swept, and filled by ntfs-3g; further ones are those that
 * the system property or environment variable {@code MIRAGE_NTFS_IMAGES} names, separated by colons. Needs root, loop
 * devices, FUSE, ntfs-3g, sleuthkit, python3. Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says
 * so, and nothing is compared.
 */
final class NtfsMountIT {
    private static final String IMAGES = "MIRAGE_NTFS_IMAGES";
    private static final String SWITCH = "mirage.loop-mounts";
    private static final int PATH = 0;
    private static final int TYPE = 1;
    private static final int DIGEST = 15;

    @TempDir private Path directory;

    /** Sizes in MiB. The largest clusters are made of large volumes only; the file is sparse. */
    @ParameterizedTest
    @CsvSource({
        "16, -c 512, files special streams sparse compressed fragments",
        "32, -c 1024, files streams sparse compressed directories",
        "64, -c 2048, files streams sparse compressed",
        "64, -c 4096, files special streams sparse compressed fragments directories",
        "64, -c 4096 -z 3, files directories",
        "64, -c 8192, files streams sparse",
        "64, -c 16384 -z 2, files special streams sparse",
        "128, -c 32768 -I -p 2048 -H 16 -S 63, files streams sparse",
        "256, -c 65536, files special streams sparse fragments directories",
        "40960, -c 2097152, files special streams",
        "4096, -c 262144, files special streams",
        "64, -s 2048 -c 4096, files streams sparse compressed",
        "64, -s 1024, files streams sparse compressed",
        "64, -s 4096, files special streams sparse compressed fragments directories",
        "64, -s 4096 -c 65536, files directories"
    })
    void everyFileIsAsNtfs3gAndSleuthKitShowIt(long mebibytes, String options, String parts)
            throws IOException, InterruptedException {
        if (isImpossible()) {
            return;
        }
        Path image = makeImage(mebibytes << 20, options);
        fill(image, parts);
        compareWithMount(image);
        // Clusters above 64 KiB, which came with Windows 10, it does not know.
        if (!options.contains("2097152") && !options.contains("262144")) {
            compareWithSleuthKit(image);
        }
    }

    @Test
    void givenImagesAreAsNtfs3gShowsThem() throws IOException, InterruptedException {
        String given = System.getProperty(IMAGES, System.getenv(IMAGES));
        if (given == null || given.isEmpty() || isImpossible()) {
            return;
        }
        for (String image : given.split(":")) {
            compareWithMount(Path.of(image));
        }
    }

    private static boolean isImpossible() {
        boolean impossible = "impossible".equals(System.getProperty(SWITCH));
        if (impossible) {
            System.err.println(
                    "==== NOT COMPARED WITH NTFS-3G: -D"
                            + SWITCH
                            + "=impossible was given; the ntfs reader is not checked here ====");
        }
        return impossible;
    }

    private Path makeImage(long bytes, String options) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        List<String> command = new ArrayList<>(List.of("mkntfs", "-q", "-F", "-f"));
        command.addAll(Arrays.asList(options.split(" ")));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return image;
    }

    private void fill(Path image, String parts) throws IOException, InterruptedException {
        Path mount = mount(image, "loop,compression,streams_interface=windows");
        try {
            List<String> command =
                    new ArrayList<>(List.of(resource("ntfs/tree.py").toString(), mount.toString()));
            command.addAll(Arrays.asList(parts.split(" ")));
            run(command.toArray(String[]::new));
        } finally {
            run("umount", mount.toString());
        }
    }

    private Path mount(Path image, String options) throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory(directory, "mount");
        run("mount", "-t", "ntfs-3g", "-o", options, image.toString(), mount.toString());
        return mount;
    }

    private void compareWithMount(Path image) throws IOException, InterruptedException {
        Path mount = mount(image, "ro,loop,streams_interface=xattr");
        List<String> expected;
        try {
            expected = run("python3", resource("ntfs/list.py").toString(), mount.toString());
        } finally {
            run("umount", mount.toString());
        }
        Warnings warnings = new Warnings();
        List<String> differences = Listings.differences(expected, listing(image, warnings));
        System.err.println(
                image
                        + ": "
                        + expected.size()
                        + " paths by ntfs-3g, "
                        + differences.size()
                        + " differences, warnings "
                        + warnings.messages());
        assertThat(differences).as(image.toString()).isEmpty();
        assertThat(warnings.messages()).isEmpty();
        assertThat(expected).as(image + " holds files").hasSizeGreaterThan(10);
    }

    private static List<String> listing(Path image, Warnings warnings) throws IOException {
        try (FileSource file = FileSource.open(image)) {
            FileSystem fileSystem = FileSystems.open(file, warnings);
            return Listings.of(Objects.requireNonNull(fileSystem, "no file system"), file);
        }
    }

    /**
     * Every path that it has of files that are not the system's, we show; and what we show as a regular file has the
     * bytes that it reads. Names that are not UTF-8 it cannot write, so that these are not compared.
     */
    private void compareWithSleuthKit(Path image) throws IOException, InterruptedException {
        Map<String, String[]> ours = new HashMap<>();
        for (String line : listing(image, new Warnings())) {
            String[] fields = line.split("\t", -1);
            ours.put(fields[PATH], fields);
        }
        List<String> lines =
                run("python3", resource("ntfs/sleuthkit.py").toString(), image.toString());
        List<String> differences = new ArrayList<>();
        int regular = 0;
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            String[] found = ours.get(fields[0]);
            if (found == null) {
                differences.add(fields[0] + " is not shown");
            } else if (found[TYPE].equals("REGULAR")) {
                regular++;
                if (!found[DIGEST].equals(fields[1])) {
                    differences.add(fields[0] + " has other bytes");
                }
            }
        }
        System.err.println(
                image + ": " + lines.size() + " paths by The Sleuth Kit, " + regular + " contents");
        assertThat(differences).as(image.toString()).isEmpty();
        assertThat(regular).isGreaterThan(10);
    }

    private static Path resource(String name) {
        return Path.of("src/test/resources/golden", name).toAbsolutePath();
    }

    /** Lines of standard output; a failure is loud and says how it may be made silent. */
    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
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
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }
}
