package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.image.DiskImage.External;
import mirage.image.DiskImage.Recognition;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** VHD, VHDX, VDI, VMDK and ploop as qemu-img makes them (golden/disks/make.sh), against what QEMU reads from them. */
final class DiskGoldenTest {
    private static final String DIRECTORY = "disks/";
    private static final String SUFFIX = ".img";
    private static final long MAX_HASHED_BYTES = 1 << 30;

    private final Warnings warnings = new Warnings();

    static List<String> images() {
        List<String> names =
                GoldenFiles.names("disks", SUFFIX).stream()
                        .filter(name -> GoldenFiles.exists(DIRECTORY + name + ".json"))
                        .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(18);
        return names;
    }

    @ParameterizedTest
    @MethodSource("images")
    void theDiskIsWhatQemuReads(String name) throws IOException {
        ByteSource container = container(name);
        DiskImage image = ImageFormats.open(container, warnings);
        JsonNode expected = expected(name);
        assertThat(warnings.messages()).isEmpty();
        assertThat(image.recognition()).isEqualTo(Recognition.RECOGNISED);
        assertThat(image.format()).isEqualTo(name.substring(0, name.indexOf('-')));
        assertThat(image.complete()).isTrue();
        assertThat(image.standsAlone()).isTrue();
        assertThat(image.virtualSize()).isEqualTo(expected.get("virtualSize").asLong());
        Guest.assertSound(image, container);
        if (image.virtualSize() <= MAX_HASHED_BYTES) {
            assertThat(Guest.sha256(image.disk())).isEqualTo(expected.get("sha256").asText());
        }
    }

    /** QEMU tells no map of a VHDX, and looks through fixed images into the file below. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "vhd-dynamic",
                "vhd-dynamic-size",
                "vhd-written",
                "vdi-dynamic",
                "vdi-written",
                "vmdk-sparse",
                "vmdk-hardware-6",
                "vmdk-stream",
                "vmdk-zeroed",
                "vmdk-written",
                "ploop-converted",
                "ploop-written"
            })
    void runsAndPlainMapAreThoseOfQemuImgMap(String name) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        JsonNode map = expected(name).get("map");
        assertThat(Guest.runs(image.disk())).isEqualTo(Guest.runsOf(map));
        assertThat(image.plainMap())
                .isEqualTo(name.equals("vmdk-stream") ? ExtentMap.EMPTY : Guest.plainMapOf(map));
    }

    @ParameterizedTest
    @CsvSource({"vhd-fixed,0", "vhd-fixed-size,0", "vdi-static,1024"})
    void aFixedDiskLiesInOneRun(String name, long offset) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        ExtentMap plain = image.plainMap();
        assertThat(plain.runCount()).isEqualTo(1);
        assertThat(plain.mappedBytes()).isEqualTo(image.virtualSize());
        assertThat(plain.run(0).target()).isEqualTo(offset);
    }

    @Test
    void blocksBehindABitmapsEntryAreFound() throws IOException {
        ByteSource disk = ImageFormats.open(container("vhdx-chunks"), warnings).disk();
        assertThat(bytes(disk, (4095L << 20) - 1, 3)).containsExactly(0, 5, 5);
        assertThat(bytes(disk, (4096L << 20) - 1, 2)).containsExactly(5, 5);
        assertThat(bytes(disk, (4097L << 20) - 1, 2)).containsExactly(5, 0);
        assertThat(bytes(disk, (8L << 30) + 4095, 2)).containsExactly(6, 0);
        assertThat(bytes(disk, 1023, 2)).containsExactly(7, 0);
        assertThat(Guest.runs(disk))
                .containsExactly(
                        new Guest.Run(0, 1 << 20, false),
                        new Guest.Run(1 << 20, 4094L << 20, true),
                        new Guest.Run(4095L << 20, 2 << 20, false),
                        new Guest.Run(4097L << 20, 4095L << 20, true),
                        new Guest.Run(8L << 30, 1 << 20, false),
                        new Guest.Run(8193L << 20, 1023 << 20, true));
    }

    @Test
    void compressedGrainsAreListedAndCoverTheData() throws IOException {
        DiskImage image = ImageFormats.open(container("vmdk-stream"), warnings);
        long covered =
                image.encodedClusters().stream()
                        .mapToLong(grain ->
                                Math.min(grain.length(), image.virtualSize() - grain.diskOffset()))
                        .sum();
        long data =
                Guest.runs(image.disk()).stream()
                        .filter(run -> !run.hole())
                        .mapToLong(Guest.Run::length)
                        .sum();
        assertThat(covered).isPositive().isEqualTo(data);
    }

    @Test
    void oneOfSeveralSparseFilesReadsAlone() throws IOException {
        ByteSource container = container("vmdk-member");
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(image.standsAlone()).isTrue();
        assertThat(image.virtualSize()).isEqualTo(3 << 20);
        assertThat(bytes(image.disk(), (2 << 20) - 1, 2)).containsExactly(0, 15);
        assertThat(bytes(image.disk(), (2 << 20) + 102_399, 2)).containsExactly(15, 0);
        Guest.assertSound(image, container);
    }

    @ParameterizedTest
    @CsvSource({
        "vmdk-monolithicFlat,FLAT,guest-flat.vmdk",
        "vmdk-twoGbMaxExtentFlat,FLAT,guest-f001.vmdk",
        "vmdk-twoGbMaxExtentSparse,SPARSE,guest-s001.vmdk"
    })
    void filesOfADescriptorAreNamedAndNotRead(String name, String kind, String file)
            throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        assertThat(image.format()).isEqualTo("vmdk");
        assertThat(image.recognition()).isEqualTo(Recognition.RECOGNISED);
        assertThat(image.externals()).containsExactly(new External("extent of kind " + kind, file));
        assertThat(image.virtualSize()).isEqualTo(3 << 20);
        assertThat(image.complete()).isFalse();
        assertThat(image.plainMap()).isEqualTo(ExtentMap.EMPTY);
    }

    @Test
    void theParentOfAVmdkIsNamedAndNotRead() throws IOException {
        DiskImage image = ImageFormats.open(container("vmdk-child"), warnings);
        assertThat(image.externals()).containsExactly(new External("parent", "base.vmdk"));
        assertThat(bytes(image.disk(), (1 << 20) - 1, 2)).containsExactly(0, 16);
    }

    private static byte[] bytes(ByteSource disk, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        disk.readFully(at, bytes);
        return bytes.array();
    }

    private static JsonNode expected(String name) throws IOException {
        return Guest.parse(GoldenFiles.bytes(DIRECTORY + name + ".json"));
    }

    private static ByteSource container(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked(DIRECTORY + name + SUFFIX));
    }
}
