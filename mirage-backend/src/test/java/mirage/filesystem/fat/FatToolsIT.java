package mirage.filesystem.fat;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.Listings;
import mirage.layout.DiskLayout;
import mirage.layout.VolumeLayout;

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

/**
 * Images that {@code mkfs.fat} makes with options swept and mtools fill hold the tree that they were filled from: paths,
 * types, sizes, SHA-256 of contents. What the kernel makes of such images, with times, stands in the golden ones: not
 * every kernel has a driver. Needs dosfstools, mtools, gdisk, python3.
 */
final class FatToolsIT {
    private static final String NOT_OF_FAT =
            "mode,uid,gid,links,atime,mtime,ctime,btime,inode,dirsize";
    private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1440 -F 12",
                "2048 -F 12 -s 1 -f 1",
                "8192 -F 12 -s 8 -R 3 -M 0xf0",
                "4096 -F 16 -s 1 -n label",
                "65536 -F 16 -s 8 -h 2048",
                "524288 -F 16 -s 32",
                "40960 -F 32 -s 1",
                "40960 -F 32 -s 1 -R 100 -b 50 -f 1",
                "307200 -F 32 -s 8 -n EFI",
                "20480 -S 1024 -F 16 -s 1",
                "40960 -S 2048 -F 16 -s 1",
                "81920 -S 4096 -F 16 -s 2",
                "300000 -S 4096 -F 32 -s 1"
            })
    void everyFileIsAsItWasCopied(String options) throws IOException, InterruptedException {
        List<String> words = List.of(options.split(" "));
        Path image = makeImage(Long.parseLong(words.getFirst()) << 10);
        List<String> command = new ArrayList<>(List.of("mkfs.fat", "-i", "1234abcd"));
        command.addAll(words.subList(1, words.size()));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        List<String> expected = fill(image.toString());
        run("fsck.fat", "-n", image.toString());

        Warnings warnings = new Warnings();
        try (FileSource volume = FileSource.open(image)) {
            FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
            List<String> found = Listings.of(fileSystem, volume);
            assertThat(Listings.differences(expected, withoutDirectorySizes(found))).isEmpty();
            assertThat(fileSystem.type()).isEqualTo("vfat");
            assertThat(fileSystem.uuid()).isEqualTo("1234-ABCD");
        }
        assertThat(warnings.messages()).isEmpty();
        assertThat(expected).hasSizeGreaterThan(100);
    }

    /** As cloud images have it. */
    @Test
    void theEfiSystemPartitionOfADiskIsListed() throws IOException, InterruptedException {
        Path image = makeImage(64L << 20);
        run("sgdisk", "-n", "1:2048:+40M", "-t", "1:ef00", "-n", "2", image.toString());
        run("mkfs.fat", "-F", "32", "-n", "UEFI", "--offset", "2048", image.toString(), "40960");
        List<String> expected = fill(image + "@@1M");

        Warnings warnings = new Warnings();
        try (FileSource disk = FileSource.open(image)) {
            VolumeLayout volume = DiskLayout.read(disk, warnings).volumes().getFirst();
            FileSystem fileSystem = Objects.requireNonNull(volume.fileSystem());
            assertThat(fileSystem.label()).isEqualTo("UEFI");
            List<String> found =
                    Listings.of(
                            fileSystem,
                            disk.slice(volume.volume().offset(), volume.volume().length()));
            assertThat(Listings.differences(expected, withoutDirectorySizes(found))).isEmpty();
        }
        assertThat(warnings.messages()).isEmpty();
    }

    private Path makeImage(long bytes) throws IOException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return image;
    }

    /** Between files that are removed, so that files lie in many places. Gives the tree as it is listed. */
    private List<String> fill(String image) throws IOException, InterruptedException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        run("python3", GOLDEN.resolve("fat/fill.py").toString(), tree.toString(), "mtools");
        Path gap = Files.write(directory.resolve("gap"), new byte[3000]);
        for (int i = 0; i < 20; i++) {
            run("mcopy", "-i", image, gap.toString(), "::gap" + i);
        }
        for (int i = 0; i < 20; i += 2) {
            run("mdel", "-i", image, "::gap" + i);
        }
        // by the shell, whose names are bytes
        run("sh", "-c", "cd '" + tree + "' && mcopy -i '" + image + "' -smQ ./* ./.hidden ::");
        for (int i = 1; i < 20; i += 2) {
            run("mdel", "-i", image, "::gap" + i);
        }
        return run(
                "python3", GOLDEN.resolve("ext4/list.py").toString(), tree.toString(), NOT_OF_FAT);
    }

    private static List<String> withoutDirectorySizes(List<String> lines) {
        return lines.stream()
                .map(line -> line.split("\t", -1))
                .map(fields -> {
                    fields[6] = fields[1].equals("DIRECTORY") ? "*" : fields[6];
                    return String.join("\t", Arrays.asList(fields));
                })
                .toList();
    }

    /** Lines of standard output; a failure is loud. */
    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("TZ", "UTC");
        builder.environment().put("MTOOLS_SKIP_CHECK", "1");
        int status = builder.start().waitFor();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(status).as(String.join(" ", command) + ": " + lines).isZero();
        return lines;
    }
}
