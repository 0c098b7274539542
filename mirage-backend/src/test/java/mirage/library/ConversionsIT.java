package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.LongSweeps;
import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.filesystem.FileType;
import mirage.library.Conversion.Outcome.Bytes;
import mirage.library.Conversion.Outcome.Read;
import mirage.library.Conversion.Outcome.Refused;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A partitioned disk in every conversion that qemu-img of Debian 12 can write, with each option that changes the bytes: every file that it
 * writes comes back bit-exact, and where {@code docs/using/formats.md} says that the format is read, its disk is the
 * raw one, and its files are the raw one's with the same digests. What the documentation calls refused says so in a
 * warning. Blocks above 32 MiB, which make files of some hundred, are read in {@code mirage.image.DiskSweepIT}. The long mode of {@link LongSweeps} takes a disk of 64 MiB as well. Fails without qemu-img, e2fsprogs, fdisk, util-linux.
 */
final class ConversionsIT {
    private static final long ODD_BYTES = (13 << 20) + 37 * 512;

    @TempDir private static Path directory;

    private static MirageLibrary library;
    private static Map<Long, Disk> disks;

    /**
     * A disk that is in the library.
     *
     * @param raw file of it
     * @param shown what the library shows of it
     */
    private record Disk(Path raw, byte[] bytes, Shown shown) {}

    /** One that no cluster, grain, block or cylinder divides; in the long mode also one of a small cloud image's size. */
    private static List<Long> sizes() {
        return LongSweeps.areOn() ? List.of(ODD_BYTES, 64L << 20) : List.of(ODD_BYTES);
    }

    @BeforeAll
    static void storeTheRawDisks() throws IOException {
        library = MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED));
        disks = new HashMap<>();
        for (long size : sizes()) {
            Path folder = Files.createDirectory(directory.resolve("disk-" + size));
            Path raw = new PartitionedDisk(folder).make(size);
            byte[] bytes = Files.readAllBytes(raw);
            store(library, "raw-" + size, bytes);
            Disk disk = new Disk(raw, bytes, Shown.of("raw-" + size));
            assertThat(disk.shown().volumes()).containsExactly("1 ext4", "2 swap");
            assertThat(disk.shown().files()).hasSizeGreaterThan(100);
            disks.put(size, disk);
        }
    }

    @AfterAll
    static void everythingThatWasStoredIsSound() throws IOException {
        try {
            assertClean(library);
        } finally {
            library.close();
        }
    }

    static Stream<Arguments> conversions() {
        return sizes().stream()
                .flatMap(size -> Conversion.all().stream().map(c -> Arguments.of(size, c)));
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void everyFileComesBackAndShowsTheSameDisk(long size, Conversion conversion)
            throws IOException {
        Disk disk = Objects.requireNonNull(disks.get(size));
        Path folder = Files.createTempDirectory(directory, "written");
        conversion.write(disk.raw(), folder);
        for (Path file : written(folder)) {
            String name = file.getFileName().toString();
            byte[] image = Files.readAllBytes(file);
            StoredImage stored = store(library, name, image);
            try {
                assertGives(library, name, image, 1);
                requireAsPromised(conversion.outcome(name), stored, disk);
            } finally {
                library.delete(stored.id());
                Files.delete(file);
            }
        }
    }

    private static void requireAsPromised(Conversion.Outcome promised, StoredImage found, Disk disk)
            throws IOException {
        switch (promised) {
            case Read(String format) -> {
                assertThat(found.format()).isEqualTo(format);
                assertThat(found.warnings()).isEmpty();
                requireSameDisk(read(library, found.id().toString(), View.DISK), disk.bytes());
                assertThat(Shown.of(found.id().toString())).isEqualTo(disk.shown());
            }
            case Refused(String format, String reason) -> {
                assertThat(found.format()).isEqualTo(format);
                assertThat(found.warnings()).anyMatch(warning -> warning.contains(reason));
                assertThat(Shown.of(found.id().toString()).volumes()).isEmpty();
                assertThatThrownBy(() -> library.open(found.id(), View.DISK))
                        .isInstanceOf(FormatException.class);
            }
            case Bytes(String format) -> {
                assertThat(found.format()).isEqualTo(format);
                assertThat(Shown.of(found.id().toString()).files()).isEmpty();
            }
        }
    }

    /** Some formats have no room for an odd size: what they add is zeros. */
    private static void requireSameDisk(byte[] found, byte[] disk) {
        assertThat(found.length).isBetween(disk.length, disk.length + 0x100000);
        assertThat(Arrays.mismatch(found, 0, disk.length, disk, 0, disk.length)).isEqualTo(-1);
        for (int at = disk.length; at < found.length; at++) {
            assertThat(found[at]).isZero();
        }
    }

    /**
     * What is shown of a disk.
     *
     * @param volumes each with what it holds
     * @param files of all volumes
     */
    private record Shown(List<String> volumes, List<FileEntry> files) {
        static Shown of(String image) throws IOException {
            List<String> volumes = new ArrayList<>();
            List<FileEntry> files = new ArrayList<>();
            for (VolumeRecord volume : manifest(image).volumes()) {
                VolumeRecord.FileTable table = volume.files();
                if (table != null) {
                    FileTableReader.forEach(table, library.chunks(), files::add);
                }
                String known = volume.known() == null ? "-" : volume.known().type();
                String type = table == null ? known : table.type();
                volumes.add(volume.volume().id() + " " + type);
            }
            for (FileEntry entry : files) {
                assertThat(entry.content() != null)
                        .as("%s has a digest", entry.file().path())
                        .isEqualTo(entry.file().type() == FileType.REGULAR);
            }
            return new Shown(volumes, files);
        }
    }

    private static ImageManifest manifest(String image) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(image)));
    }

    private static List<Path> written(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
