package mirage.library;

import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.filesystem.FileType;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.FileTableReader;
import mirage.manifest.VolumeRecord;

import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;

/**
 * Small images that ask for far more work, or memory, than their size accounts for: they are stored, come back bit-exact,
 * and say in a warning what was left out.
 */
@Timeout(120)
final class HostileWorkTest {
    private static final int SECTOR = 512;
    private static final int ENTRY_BYTES = 128;

    /** In 5 MB of squashfs. */
    private static final int MANY_NAMES = 1_000_000;

    @TempDir private Path directory;

    /** Files of an image: how many are shown, and how many of them have a digest. */
    private record Shown(long files, long named) {}

    @Test
    void tinyFilesEachInAnotherLargeFragment() throws IOException {
        byte[] image = CraftedSquashfs.of(20_000, 20_000, 16, 1);
        assertThat(image).hasSizeLessThan(128 << 10);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings())
                    .singleElement()
                    .asString()
                    .contains("encoded files have no digest");
            assertGives(library, "image", image, 1);
            Shown shown = shown(library);
            assertThat(shown.files).isEqualTo(20_000);
            // The budget: 1 GiB, and 64 bytes for each of the image's, at 1 MiB each; two may share
            // what is decoded.
            assertThat(shown.named).isBetween(900L, 8000L);
        }
    }

    @Test
    void tinyFilesOfOneFragmentAreDecodedTogether() throws IOException {
        byte[] image = CraftedSquashfs.of(5_000, 5_000, 1, 1);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings()).isEmpty();
            assertGives(library, "image", image, 1);
            assertThat(shown(library)).isEqualTo(new Shown(5_000, 5_000));
        }
    }

    /** What an image of this size may ask for, in work or in memory, ends before its names. */
    @Test
    void moreNamesThanOneImageMayShow() throws IOException {
        byte[] image = CraftedSquashfs.of(MANY_NAMES, MANY_NAMES, 1, 1);
        assertThat(image).hasSizeLessThan(5 << 20);
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings())
                    .anyMatch(warning ->
                            warning.contains("too many entries to keep")
                                    || warning.contains("more than memory is given for")
                                    || warning.contains("bytes of metadata work"));
            assertGives(library, "image", image, 1);
            assertThat(shown(library).files).isBetween(50_000L, MANY_NAMES - 1L);
        }
    }

    /** One of them fits into the heap of tests, and all of them at once do not. */
    @Test
    void severalFileTablesThatAskForAllMemoryAtOnce() throws Exception {
        assertThat(storeAtOnce(8, CraftedSquashfs.of(600_000, 600_000, 1, 1)))
                .allSatisfy(image -> assertThat(image.warnings()).isNotEmpty());
    }

    /** Of 32 MiB of zeros each, nearly, whose map is of four million runs. */
    @Test
    void severalMapsThatAskForAllMemoryAtOnce() throws Exception {
        assertThat(storeAtOnce(8, scatteredQcow2(510)))
                .allSatisfy(image -> assertThat(image.format()).isEqualTo("qcow2"));
    }

    @Test
    void severalMachinesOfSuchDisksAtOnce() throws Exception {
        byte[] disk = scatteredQcow2(255);
        assertThat(storeAtOnce(4, ova(disk, disk, disk)))
                .allSatisfy(image -> assertThat(image.format()).isEqualTo("ova"))
                .allSatisfy(image ->
                        assertThat(image.warnings())
                                .anyMatch(warning -> warning.contains("not looked into")));
    }

    private static byte[] ova(byte[]... disks) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarFiles.addMember(tar, "box.ovf", "<Envelope/>".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < disks.length; i++) {
                TarFiles.addMember(tar, "disk" + i, disks[i]);
            }
        }
        return bytes.toByteArray();
    }

    private List<StoredImage> storeAtOnce(int atOnce, byte[] image) throws Exception {
        LibrarySettings settings = settings(Acknowledge.COMMITTED).withStructurers(atOnce);
        try (MirageLibrary library = MirageLibrary.open(directory, settings);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StoredImage>> uploads = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                String id = "image" + i;
                uploads.add(threads.submit(() -> store(library, id, image)));
            }
            List<StoredImage> stored = new ArrayList<>();
            for (Future<StoredImage> upload : uploads) {
                stored.add(upload.get());
            }
            for (int i = 0; i < atOnce; i++) {
                assertGives(library, "image" + i, image, 1);
            }
            return stored;
        }
    }

    /**
     * A qcow2 image all of whose L2 tables are one, and that one places every cluster of the disk at one of two, which are
     * no neighbours.
     */
    private static byte[] scatteredQcow2(int l2Tables) {
        int cluster = 1 << 16;
        int entries = cluster / Long.BYTES;
        long used = 1L << 63;
        // As many clusters as it says to have tables, or it is refused.
        ByteBuffer image = ByteBuffer.allocate((l2Tables + 7) * cluster);
        image.putInt(0x514649fb).putInt(2).putLong(0).putInt(0).putInt(16);
        image.putLong((long) l2Tables * entries * cluster).putInt(0);
        image.putInt(l2Tables).putLong(cluster).putLong(2 * cluster).putInt(1);
        for (int i = 0; i < l2Tables; i++) {
            image.putLong(cluster + i * Long.BYTES, used | 3 * cluster);
        }
        for (int i = 0; i < entries; i++) {
            image.putLong(3 * cluster + i * Long.BYTES, used | (4 + i % 2 * 2) * cluster);
        }
        for (int at = 4 * cluster; at < 7 * cluster; at++) {
            image.put(at, (byte) 7);
        }
        return image.array();
    }

    @Test
    void moreFileSystemsThanAnyDiskHas() throws IOException {
        byte[] image = partitions(1100, CraftedSquashfs.of(1, 1, 1, 1));
        try (MirageLibrary library = open()) {
            assertThat(store(library, "image", image).warnings())
                    .contains(
                            "76 volumes behind the first 1024 with a file system are not looked into");
            assertGives(library, "image", image, 1);
            List<VolumeRecord> volumes =
                    Objects.requireNonNull(library.manifest(new ImageId("image"))).volumes();
            assertThat(volumes).hasSize(1100);
            assertThat(volumes).filteredOn(volume -> volume.files() != null).hasSize(1024);
        }
    }

    /** A disk with a GPT, all of whose partitions hold the same. */
    private static byte[] partitions(int count, byte[] content) {
        int sectors = Math.ceilDiv(content.length, SECTOR);
        int first = 2 + Math.ceilDiv(count * ENTRY_BYTES, SECTOR);
        int last = first + count * sectors;
        ByteBuffer disk = ByteBuffer.allocate((last + 1) * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        disk.put(446 + 4, (byte) 0xee).putInt(446 + 8, 1).putInt(446 + 12, last);
        disk.putShort(510, (short) 0xaa55);
        for (int i = 0; i < count; i++) {
            int at = 2 * SECTOR + i * ENTRY_BYTES;
            long start = first + (long) i * sectors;
            disk.putLong(at, 1).putLong(at + 8, 1).putLong(at + 16, i + 1).putLong(at + 24, 1);
            disk.putLong(at + 32, start).putLong(at + 40, start + sectors - 1);
            disk.put((int) start * SECTOR, content);
        }
        disk.put(SECTOR, "EFI PART".getBytes(StandardCharsets.US_ASCII));
        disk.putInt(SECTOR + 8, 0x10000).putInt(SECTOR + 12, 92).putLong(SECTOR + 24, 1);
        disk.putLong(SECTOR + 32, last).putLong(SECTOR + 40, first).putLong(SECTOR + 48, last - 1L);
        disk.putLong(SECTOR + 56, 1).putLong(SECTOR + 64, 1).putLong(SECTOR + 72, 2);
        disk.putInt(SECTOR + 80, count).putInt(SECTOR + 84, ENTRY_BYTES);
        disk.putInt(SECTOR + 88, crc(disk.array(), 2 * SECTOR, count * ENTRY_BYTES));
        disk.putInt(SECTOR + 16, crc(disk.array(), SECTOR, 92));
        return disk.array();
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(directory, settings(Acknowledge.COMMITTED));
    }

    private static Shown shown(MirageLibrary library) throws IOException {
        VolumeRecord volume =
                Objects.requireNonNull(library.manifest(new ImageId("image"))).volumes().getFirst();
        long[] counts = new long[2];
        FileTableReader.forEach(
                Objects.requireNonNull(volume.files()),
                library.chunks(),
                entry -> {
                    if (entry.file().type() == FileType.REGULAR) {
                        counts[0]++;
                        counts[1] += entry.content() == null ? 0 : 1;
                    }
                    return true;
                });
        return new Shown(counts[0], counts[1]);
    }
}
