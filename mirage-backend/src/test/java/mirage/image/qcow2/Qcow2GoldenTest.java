package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.External;
import mirage.image.DiskImage.Recognition;
import mirage.image.Guest;
import mirage.image.ImageFormats;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/** Images that qemu-img made (golden/qcow2/make.sh), one a feature, against what QEMU reads from them. */
final class Qcow2GoldenTest {
    private static final String SUFFIX = ".qcow2";

    private final Warnings warnings = new Warnings();

    static List<String> images() {
        List<String> names =
                GoldenFiles.names("qcow2", SUFFIX).stream()
                        .filter(name -> GoldenFiles.exists("qcow2/" + name + ".json"))
                        .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(20);
        return names;
    }

    @ParameterizedTest
    @MethodSource("images")
    void theDiskIsWhatQemuReads(String name) throws IOException {
        ByteSource container = container(name);
        DiskImage image = ImageFormats.open(container, warnings);
        JsonNode expected = Guest.parse(GoldenFiles.bytes("qcow2/" + name + ".json"));
        assertThat(image.recognition()).isEqualTo(Recognition.RECOGNISED);
        assertThat(image.format()).isEqualTo("qcow2");
        assertThat(image.virtualSize()).isEqualTo(expected.get("virtualSize").asLong());
        assertThat(Guest.sha256(image.disk())).isEqualTo(expected.get("sha256").asText());
        Guest.assertSound(image, container);
    }

    @ParameterizedTest
    @MethodSource("images")
    void runsAndPlainMapAreThoseOfQemuImgMap(String name) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        JsonNode map = Guest.parse(GoldenFiles.bytes("qcow2/" + name + ".json")).get("map");
        assertThat(Guest.runs(image.disk())).isEqualTo(Guest.runsOf(map));
        assertThat(image.plainMap()).isEqualTo(Guest.plainMapOf(map));
    }

    @ParameterizedTest
    @MethodSource("images")
    void aHealthyImageRaisesNoWarningButOfWhatItHolds(String name) throws IOException {
        ImageFormats.open(container(name), warnings);
        if (name.equals("snapshot")) {
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .contains("1 internal snapshots");
        } else {
            assertThat(warnings.messages()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zlib",
                "zlib-v2",
                "zstd",
                "cluster-512-zlib",
                "cluster-4k-zstd",
                "cluster-2m-zlib",
                "extended-l2-zlib",
                "extended-l2-zstd"
            })
    void whatIsCompressedIsListedAndCoversTheData(String name) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        assertThat(image.encodedClusters()).isNotEmpty();
        long covered =
                image.encodedClusters().stream()
                        .mapToLong(cluster ->
                                Math.min(
                                        cluster.length(),
                                        image.virtualSize() - cluster.diskOffset()))
                        .sum();
        long data =
                Guest.runs(image.disk()).stream()
                        .filter(run -> !run.hole())
                        .mapToLong(Guest.Run::length)
                        .sum();
        assertThat(covered + image.plainMap().mappedBytes()).isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(strings = {"backing-v2", "backing-v3"})
    void aBackingFileIsNamedAndNotRead(String name) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        assertThat(image.externals()).containsExactly(new External("backing file", "base.raw"));
        assertThat(image.standsAlone()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"data-file", "data-file-raw"})
    void aDataFileIsNamedAndNotRead(String name) throws IOException {
        DiskImage image = ImageFormats.open(container(name), warnings);
        assertThat(image.externals()).containsExactly(new External("data file", "guest-data.raw"));
        assertThat(image.virtualSize()).isEqualTo(1 << 20);
        assertThat(image.plainMap()).isEqualTo(ExtentMap.EMPTY);
        assertThat(Guest.runs(image.disk())).containsExactly(new Guest.Run(0, 1 << 20, true));
    }

    @Test
    void anEncryptedImageIsOpaque() throws IOException {
        ByteSource container = container("luks");
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(image.recognition()).isEqualTo(Recognition.OPAQUE);
        assertThat(image.format()).isEqualTo("qcow2");
        assertThat(image.virtualSize()).isEqualTo(container.length());
        assertThat(warnings.messages()).singleElement().asString().contains("LUKS");
    }

    private static ByteSource container(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked("qcow2/" + name + SUFFIX));
    }
}
