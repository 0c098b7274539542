package mirage.filesystem.fat;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.FileSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.KernelMounts;
import mirage.filesystem.Listings;
import mirage.layout.DiskLayout;
import mirage.layout.VolumeLayout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Volumes that {@code mkfs.fat} makes with options swept and mtools fill show the tree that they were filled from: path,
 * type, size, modification time, SHA-256 of the content. What the kernel makes of such volumes stands in the golden
 * ones: those of servers often have no vfat. Needs dosfstools, mtools, fdisk, python3.
 */
final class FatToolsIT {
    /** What FAT does not keep, or keeps in the manner of the mount. */
    private static final String MASK = "mode,uid,gid,links,atime,ctime,btime,inode,dirsize";

    private static final int TYPE = 1;
    private static final int MODIFIED = 9;

    @TempDir private Path directory;

    /** KiB, options of mkfs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1440 -F 12",
                "2048 -F 12 -s 1 -f 1",
                "8192 -F 12 -s 8 -R 3 -M 0xf0",
                "8192 -F 12 -s 64 -r 1024",
                "4096 -F 16 -s 1 -n label",
                "65536 -F 16 -s 8 -h 2048",
                "524288 -F 16 -s 32 -f 4",
                "1048576 -F 16 -s 128",
                "40960 -F 32 -s 1",
                "40960 -F 32 -s 1 -a -R 100 -b 50 -f 1",
                "307200 -F 32 -s 8 -n EFI",
                "4194304 -F 32 -s 128",
                "20480 -S 1024 -F 16 -s 1",
                "40960 -S 2048 -F 16 -s 1",
                "81920 -S 4096 -F 16 -s 2",
                "300000 -S 4096 -F 32 -s 1"
            })
    void everyFileIsAsItWasCopied(String options) throws IOException, InterruptedException {
        String[] words = options.split(" ", 2);
        Path image = makeImage(Long.parseLong(words[0]) << 10);
        run("mkfs.fat " + words[1] + " " + image);
        List<String> expected = fill(image.toString());
        // It knows no more than two tables.
        if (!options.contains("-f 4")) {
            run("fsck.fat -n " + image);
        }
        KernelMounts.requireTheSame(image, expected);
    }

    /** As cloud images have it. */
    @Test
    void theEfiSystemPartitionOfADiskIsListed() throws IOException, InterruptedException {
        Path image = makeImage(64L << 20);
        run("printf 'label: gpt\\nstart=1MiB, size=40MiB, type=uefi\\n' | sfdisk -q " + image);
        run("mkfs.fat -F 32 -n UEFI --offset 2048 " + image + " 40960");
        List<String> expected = fill(image + "@@1M");

        Warnings warnings = new Warnings();
        try (FileSource disk = FileSource.open(image)) {
            VolumeLayout volume =
                    DiskLayout.read(disk, warnings, MemoryPool.unlimited()).volumes().getFirst();
            FileSystem fileSystem = Objects.requireNonNull(volume.fileSystem());
            assertThat(fileSystem.label()).isEqualTo("UEFI");
            List<String> found = Listings.of(fileSystem, volume.volume().bytes(disk));
            assertThat(Listings.differences(expected, found)).isEmpty();
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
        run("python3 " + KernelMounts.resource("fat/fill.py") + " " + tree + " mtools");
        makeTimesEven(tree);
        Path gaps = Files.createDirectory(directory.resolve("gaps"));
        List<String> even = new ArrayList<>();
        List<String> odd = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Files.write(gaps.resolve("gap" + i), new byte[3000]);
            (i % 2 == 0 ? even : odd).add("::gap" + i);
        }
        run("mcopy -i " + image + " " + gaps + "/* ::");
        run("mdel -i " + image + " " + String.join(" ", even));
        run("cd " + tree + " && mcopy -i " + image + " -smQ ./* ./.hidden ::");
        run("mdel -i " + image + " " + String.join(" ", odd));
        return run("python3 " + KernelMounts.resource("ext4/list.py") + " " + tree + " " + MASK)
                .stream()
                .map(FatToolsIT::withoutTimeOfDirectory)
                .toList();
    }

    /** FAT keeps every other second. */
    private static void makeTimesEven(Path tree) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(tree)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            long seconds = Files.getLastModifiedTime(file).to(TimeUnit.SECONDS);
            Files.setLastModifiedTime(file, FileTime.from(seconds & ~1, TimeUnit.SECONDS));
        }
    }

    /** mtools give it the time of copying. */
    private static String withoutTimeOfDirectory(String line) {
        String[] fields = line.split("\t", -1);
        if (fields[TYPE].equals("DIRECTORY")) {
            fields[MODIFIED] = "*";
        }
        return String.join("\t", fields);
    }

    /** By the shell, whose names are bytes. */
    private List<String> run(String command) throws IOException, InterruptedException {
        return new KernelMounts(directory)
                .run("env", "LC_ALL=C.UTF-8", "TZ=UTC", "MTOOLS_SKIP_CHECK=1", "sh", "-c", command);
    }
}
