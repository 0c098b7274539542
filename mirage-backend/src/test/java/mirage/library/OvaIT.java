package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.GoldenFiles;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.NamedExtent;
import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Machines that GNU tar and qemu-img pack of disks that are in the library as raw images: each comes back bit-exact, its
 * disks and files are those of the raw images, and they are stored once. Fails without these programs.
 */
final class OvaIT {
    private static final int DISK_MEGABYTES = 24;

    @TempDir private Path directory;
    private MirageLibrary library;

    @BeforeEach
    void open() throws IOException {
        library = MirageLibrary.open(directory.resolve("library"), settings(Acknowledge.COMMITTED));
    }

    @AfterEach
    void close() throws IOException {
        library.close();
    }

    @ParameterizedTest
    @CsvSource({
        "ustar, vmdk, subformat=streamOptimized",
        "gnu, vmdk, subformat=streamOptimized",
        "pax, vmdk, subformat=streamOptimized",
        "ustar, vmdk, subformat=monolithicSparse",
        "pax, qcow2, compat=1.1",
        "gnu, vdi, static=off",
        "ustar, raw, size=24M",
    })
    void aMachineCostsNextToNothingBesideItsDisk(String tar, String driver, String options)
            throws Exception {
        byte[] disk = disk(1);
        store(library, "raw", disk);
        long alone = stored();
        Path image = converted(disk, "box-disk1." + driver, driver, options);
        byte[] ova = packed(tar, image);

        StoredImage kept = store(library, "ova", ova);
        long added = stored() - alone;
        System.out.printf("%s of %s adds %d to %d bytes%n", tar, options, added, alone);

        assertThat(kept.warnings()).isEmpty();
        assertThat(kept.format()).isEqualTo("ova");
        assertThat(kept.virtualSize()).isEqualTo(disk.length);
        assertGives(library, "ova", ova, 1);
        assertThat(Arrays.mismatch(read(library, "ova", View.DISK), disk)).isEqualTo(-1);
        assertThat(manifest("ova").disk())
                .isEqualTo(new DiskView.OwnRecipe(manifest("raw").container()));
        assertThat(StoredFiles.of(library, "ova"))
                .isEqualTo(StoredFiles.of(library, "raw"))
                .hasSizeGreaterThan(100);
        assertThat(added).isLessThan(alone / 20);
        assertThat(encodedClusters("ova") > 50)
                .as("clusters that are stored decoded")
                .isEqualTo(options.contains("stream"));
        assertClean(library);
    }

    /** Two halves, and a description of both that qemu-img reads as the disk. */
    @Test
    void aDiskInPiecesIsOneDisk() throws Exception {
        byte[] disk = disk(1);
        store(library, "raw", disk);
        long alone = stored();
        int half = disk.length / 2;
        Path description =
                Files.writeString(
                        directory.resolve("box.vmdk"),
                        """
                        # Disk DescriptorFile
                        version=1
                        CID=fffffffe
                        parentCID=ffffffff
                        createType="twoGbMaxExtentSparse"
                        RW %d SPARSE "box-s001.vmdk"
                        RW %d SPARSE "box-s002.vmdk"
                        """
                                .formatted(half / 512, half / 512));
        String sparse = "subformat=monolithicSparse";
        byte[] first = Arrays.copyOf(disk, half);
        byte[] second = Arrays.copyOfRange(disk, half, disk.length);
        byte[] ova =
                packed(
                        "ustar",
                        description,
                        converted(first, "box-s001.vmdk", "vmdk", sparse),
                        converted(second, "box-s002.vmdk", "vmdk", sparse));
        Path byQemu = directory.resolve("by-qemu.raw");
        run(List.of("qemu-img", "convert", "-O", "raw", description.toString(), byQemu.toString()));
        assertThat(Files.mismatch(byQemu, Files.write(directory.resolve("disk.raw"), disk)))
                .isEqualTo(-1);

        StoredImage kept = store(library, "ova", ova);
        assertThat(kept.warnings()).isEmpty();
        assertGives(library, "ova", ova, 1);
        assertThat(Arrays.mismatch(read(library, "ova", View.DISK), disk)).isEqualTo(-1);
        assertThat(StoredFiles.of(library, "ova")).isEqualTo(StoredFiles.of(library, "raw"));
        assertThat(stored() - alone).isLessThan(alone / 20);
        assertClean(library);
    }

    @ParameterizedTest
    @CsvSource({"raw", "vmdk"})
    void aMachineMayComeFirst(String second) throws Exception {
        byte[] disk = disk(1);
        Path image = converted(disk, "box.vmdk", "vmdk", "subformat=streamOptimized");
        byte[] vmdk = Files.readAllBytes(image);
        byte[] ova = packed("ustar", image);
        store(library, "ova", ova);
        long alone = stored();
        store(library, second, second.equals("raw") ? disk : vmdk);
        assertThat(stored() - alone).isLessThan(alone / 20);
        assertGives(library, "ova", ova, 1);
        assertClean(library);
    }

    @Test
    void severalDisksAreIndexedAndNoneIsTheDisk() throws Exception {
        byte[] one = disk(1);
        byte[] two = GoldenDisks.partitioned(disk(2));
        store(library, "one", one);
        store(library, "two", two);
        long alone = stored();
        byte[] ova =
                packed(
                        "pax",
                        converted(one, "system.vmdk", "vmdk", "subformat=streamOptimized"),
                        converted(two, "data.vmdk", "vmdk", "subformat=monolithicSparse"));
        StoredImage kept = store(library, "ova", ova);
        long added = stored() - alone;
        System.out.printf("two disks add %d to %d bytes%n", added, alone);
        assertThat(kept.warnings()).isEmpty();
        assertGives(library, "ova", ova, 1);
        assertThat(added).isLessThan(alone / 20);

        ImageManifest manifest = manifest("ova");
        long second = Math.ceilDiv(one.length, 2 << 20) * (2L << 20);
        assertThat(manifest.disks())
                .containsExactly(
                        new NamedExtent("system.vmdk", 0, one.length),
                        new NamedExtent("data.vmdk", second, two.length));
        assertThat(manifest.volumes().stream().map(volume -> volume.volume().id()))
                .containsExactly("system.vmdk", "data.vmdk:1");
        TreeMap<String, String> both = new TreeMap<>();
        StoredFiles.of(library, "one")
                .forEach((path, file) -> both.put(path.replaceFirst("^0:", "system.vmdk:"), file));
        StoredFiles.of(library, "two")
                .forEach((path, file) -> both.put(path.replaceFirst("^1:", "data.vmdk:1:"), file));
        assertThat(StoredFiles.of(library, "ova")).isEqualTo(both);
        StoredFiles.assertEachHasItsDigest(library, "ova");

        assertDisk(manifest, "system.vmdk", one);
        assertDisk(manifest, "data.vmdk", two);
        assertThatThrownBy(() -> library.openDisk(manifest, "other.vmdk"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("[system.vmdk, data.vmdk] expected, found other.vmdk");
        assertThatThrownBy(() -> library.openDisk(manifest("one"), "system.vmdk"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("does not have several disks");
        assertThatThrownBy(() -> read(library, "ova", View.DISK))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("several disks")
                .hasMessageContaining("[system.vmdk, data.vmdk]");
        assertThatThrownBy(() -> library.recipe(new ImageView(new ImageId("ova"), View.DISK)))
                .isInstanceOfSatisfying(
                        NotDeployableException.class,
                        refused ->
                                assertThat(refused.why())
                                        .isEqualTo(NotDeployableException.Why.SEVERAL_DISKS));
        assertClean(library);
    }

    /** A volume group that lies on two disks of the machine, as the installers of appliances make them. */
    @Test
    void aVolumeGroupMayLieOnTwoDisks() throws Exception {
        byte[] disk = GoldenFiles.unpacked("lvm/striped.disk");
        store(library, "raw", disk);
        List<byte[]> members = new ArrayList<>();
        for (VolumeRecord volume : manifest("raw").volumes()) {
            if (volume.known() != null && volume.known().type().equals("LVM2_member")) {
                ExtentMap.Run place = volume.volume().map().run(0);
                members.add(
                        Arrays.copyOfRange(
                                disk,
                                (int) place.target(),
                                (int) (place.target() + place.length())));
            }
        }
        assertThat(members).hasSizeGreaterThanOrEqualTo(2);
        List<Path> images = new ArrayList<>();
        for (byte[] member : members) {
            images.add(
                    converted(
                            member,
                            "disk" + images.size() + ".vmdk",
                            "vmdk",
                            "subformat=streamOptimized"));
        }
        byte[] ova = packed("gnu", images.toArray(Path[]::new));
        assertThat(store(library, "ova", ova).warnings()).isEmpty();
        TreeMap<String, String> ofGroup = StoredFiles.of(library, "raw");
        ofGroup.keySet().removeIf(path -> !path.startsWith("stripes/"));
        assertThat(StoredFiles.of(library, "ova")).isEqualTo(ofGroup).isNotEmpty();
        StoredFiles.assertEachHasItsDigest(library, "ova");
        assertGives(library, "ova", ova, 1);
        assertClean(library);
    }

    @Test
    void anArchiveThatWasCutKeepsWhatIsThere() throws Exception {
        byte[] disk = disk(1);
        Path image = converted(disk, "box.raw", "raw", "size=24M");
        byte[] ova = packed("ustar", image);
        byte[] cut = Arrays.copyOf(ova, ova.length * 3 / 4);
        StoredImage kept = store(library, "cut", cut);
        assertThat(kept.warnings()).anyMatch(told -> told.contains("the archive ends in it"));
        assertGives(library, "cut", cut, 1);
        assertClean(library);
    }

    /** Of a form that we do not encode: the image is stored as it lies, and read through its format. */
    @Test
    void aForeignEncoderIsReadThroughTheArchive() throws Exception {
        byte[] disk = disk(1);
        Path image = converted(disk, "box.qcow2", "qcow2", "compression_type=zstd", "-c");
        byte[] ova = packed("ustar", image);
        store(library, "ova", ova);
        assertThat(manifest("ova").disk()).isEqualTo(new DiskView.ThroughFormat());
        assertThat(Arrays.mismatch(read(library, "ova", View.DISK), disk)).isEqualTo(-1);
        assertGives(library, "ova", ova, 1);
        store(library, "raw", disk);
        assertThat(StoredFiles.of(library, "ova")).isEqualTo(StoredFiles.of(library, "raw"));
        assertClean(library);
    }

    /** As a stream, and read in pieces that go over its end. */
    private void assertDisk(ImageManifest manifest, String name, byte[] expected)
            throws IOException {
        try (ImageContent disk = library.openDisk(manifest, name)) {
            assertThat(disk.length()).isEqualTo(expected.length);
            ByteArrayOutputStream streamed = new ByteArrayOutputStream();
            disk.transferTo(0, disk.length(), Channels.newChannel(streamed));
            assertThat(Arrays.mismatch(streamed.toByteArray(), expected)).isEqualTo(-1);
            ByteBuffer end = ByteBuffer.allocate(1 << 20);
            assertThat(disk.readAt(expected.length - 4096L, end)).isEqualTo(4096);
            assertThat(end.flip())
                    .isEqualTo(ByteBuffer.wrap(expected, expected.length - 4096, 4096));
            long runs = 0;
            while (runs < expected.length) {
                runs += disk.runAt(runs).length();
            }
            assertThat(runs).isEqualTo(expected.length);
        }
    }

    /** What the packs and manifests take. */
    private long stored() throws IOException {
        LibraryStatistics statistics = library.statistics();
        return statistics.packBytes() + statistics.manifestBytes();
    }

    private ImageManifest manifest(String image) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(image)));
    }

    private int encodedClusters(String image) throws IOException {
        int[] count = {0};
        ImageManifest manifest = manifest(image);
        new RecipeReader(manifest.container(), library.chunks())
                .forEachRun(
                        0,
                        manifest.size(),
                        (_, run) -> count[0] += run instanceof RecipeRun.Encoded ? 1 : 0);
        return count[0];
    }

    private byte[] disk(int seed) throws IOException {
        return Ext4Images.mixed(directory, seed, DISK_MEGABYTES);
    }

    private Path converted(byte[] disk, String name, String driver, String options, String... more)
            throws Exception {
        Path raw = Files.write(directory.resolve("disk.raw"), disk);
        Path image = directory.resolve(name);
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert", "-f", "raw"));
        command.addAll(List.of(more));
        command.addAll(List.of("-O", driver, "-o", options));
        command.addAll(List.of(raw.toString(), image.toString()));
        run(command);
        return image;
    }

    /** An archive of a description, its checksums and images. */
    private byte[] packed(String format, Path... images) throws Exception {
        StringBuilder files = new StringBuilder();
        StringBuilder disks = new StringBuilder();
        List<String> members = new ArrayList<>(List.of("box.ovf", "box.mf"));
        for (Path image : images) {
            String name = image.getFileName().toString();
            files.append("<File ovf:id='%s' ovf:href='%s'/>".formatted(name, name));
            disks.append("<Disk ovf:diskId='%s' ovf:fileRef='%s'/>".formatted(name, name));
            members.add(name);
        }
        String description =
                """
                <?xml version="1.0"?>
                <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
                    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
                  <References>%s</References>
                  <DiskSection><Info>Disks</Info>%s</DiskSection>
                </Envelope>
                """
                        .formatted(files, disks);
        Files.writeString(directory.resolve("box.ovf"), description, StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("box.mf"), "SHA256(box.ovf)= 00\n");
        Path ova = directory.resolve("box.ova");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "tar",
                                "--format=" + format,
                                "-C",
                                directory.toString(),
                                "-cf",
                                ova.toString()));
        command.addAll(members);
        run(command);
        return Files.readAllBytes(ova);
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as("%s", command).isZero();
    }
}
