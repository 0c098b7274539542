package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.KernelMounts;
import mirage.filesystem.KernelMounts.Image;
import mirage.filesystem.Listings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
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
 * the system property or environment variable {@code MIRAGE_NTFS_IMAGES} names, separated by colons, each {@code file} or {@code
 * file@offset} of its file system. Needs root, loop
 * devices, FUSE, ntfs-3g, sleuthkit, python3. Where that is impossible, {@code -Dmirage.loop-mounts=impossible} says
 * so, and nothing is compared.
 */
final class NtfsMountIT {
    private static final String IMAGES = "MIRAGE_NTFS_IMAGES";
    private static final String DRIVER = "ntfs-3g";
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
        if (KernelMounts.areImpossible("ntfs")) {
            return;
        }
        KernelMounts mounts = mounts();
        Path image = mounts.makeImage(mebibytes << 20, "mkntfs -q -F -f " + options);
        fill(mounts, image, parts);
        compareWithMount(mounts, Image.of(image));
        // Clusters above 64 KiB, which came with Windows 10, it does not know.
        if (!options.contains("2097152") && !options.contains("262144")) {
            compareWithSleuthKit(mounts, image);
        }
    }

    @Test
    void givenImagesAreAsNtfs3gShowsThem() throws IOException, InterruptedException {
        List<Image> images = Image.given(IMAGES);
        if (images.isEmpty() || KernelMounts.areImpossible("ntfs")) {
            return;
        }
        for (Image image : images) {
            compareWithMount(mounts(), image);
        }
    }

    /** Names of files are UTF-8. */
    private KernelMounts mounts() {
        return new KernelMounts(directory, Map.of("LC_ALL", "C.UTF-8"));
    }

    private static void fill(KernelMounts mounts, Path image, String parts)
            throws IOException, InterruptedException {
        mounts.mounted(
                Image.of(image),
                DRIVER,
                "compression,streams_interface=windows",
                mount -> {
                    List<String> command = new ArrayList<>();
                    command.add(KernelMounts.resource("ntfs/tree.py").toString());
                    command.add(mount.toString());
                    command.addAll(Arrays.asList(parts.split(" ")));
                    return mounts.run(command.toArray(String[]::new));
                });
    }

    private static void compareWithMount(KernelMounts mounts, Image image)
            throws IOException, InterruptedException {
        String lister = KernelMounts.resource("ntfs/list.py").toString();
        List<String> expected =
                mounts.mounted(
                        image,
                        DRIVER,
                        "ro,streams_interface=xattr",
                        mount -> mounts.run("python3", lister, mount.toString()));
        KernelMounts.requireTheSame(image, expected, Listings::of);
    }

    private static List<String> listing(Path image) throws IOException {
        try (FileSource file = FileSource.open(image)) {
            FileSystem fileSystem = FileSystems.open(file, new Warnings());
            return Listings.of(Objects.requireNonNull(fileSystem, "no file system"), file);
        }
    }

    /**
     * Every path that it has of files that are not the system's, we show; and what we show as a regular file has the
     * bytes that it reads. Names that are not UTF-8 it cannot write, so that these are not compared.
     */
    private static void compareWithSleuthKit(KernelMounts mounts, Path image)
            throws IOException, InterruptedException {
        Map<String, String[]> ours = new HashMap<>();
        for (String line : listing(image)) {
            String[] fields = line.split("\t", -1);
            ours.put(fields[PATH], fields);
        }
        List<String> lines =
                mounts.run(
                        "python3",
                        KernelMounts.resource("ntfs/sleuthkit.py").toString(),
                        image.toString());
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
}
