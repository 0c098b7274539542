package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.image.DiskImage.External;
import mirage.image.DiskImage.Recognition;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** VHD, VHDX, VDI, VMDK and ploop broken on purpose, one a rule (golden/disks/damage.py). */
final class DiskDamageTest {
    private static final String NO_WARNING = "";
    private static final int BLOCK = 1 << 20;

    /**
     * @param outcome what becomes of the image
     * @param unreadableBytes of its disk
     * @param warning a part of the only warning, or of one of several
     */
    record Rule(String name, Outcome outcome, long unreadableBytes, String warning) {
        @Override
        public String toString() {
            return name;
        }
    }

    enum Outcome {
        /** It cannot be read as what it claims to be. */
        OPAQUE,
        /** Its disk reads as QEMU reads it. */
        AS_QEMU,
        /** QEMU refuses it, or fails to read it to the end; we read what is there. */
        OPENS,
        /** Its disk lies in other files. */
        ELSEWHERE
    }

    static List<Rule> rules() {
        return List.of(
                opaque("vhd-checksum", "checksum at 64"),
                opaque("vhd-type-7", "disk type at 60"),
                opaque("vhd-size-8-eib", "current size at 48"),
                opaque("vhd-size-huge", "max table entries at 540: expected at least 1044480"),
                opaque("vhd-header-past-end", "1024 bytes expected"),
                opaque("vhd-header-cookie", "cookie at 512"),
                opaque("vhd-block-size-0", "block size at 544"),
                opaque("vhd-block-size-odd", "expected a power of two"),
                opaque("vhd-table-too-short", "max table entries at 540: expected at least 2"),
                opaque("vhd-table-past-end", "block allocation table at 1099511627776"),
                opaque("vhd-cut-in-header", "1024 bytes expected"),
                opens("vhd-block-past-end", BLOCK + 4096, "VHD block allocation table at 1536"),
                asQemu("vhd-block-shared", NO_WARNING),
                opens("vhd-truncated", 3584, "bytes of the disk cannot be read"),
                asQemu("vhd-by-virtual-pc", NO_WARNING),
                asQemu("vhd-by-hyper-v", NO_WARNING),
                elsewhere("vhd-differencing", "data length"),
                opaque("vdi-version", "version at 68"),
                opaque("vdi-type-9", "image type at 76"),
                opaque("vdi-sector-4096", "sector size at 360"),
                opaque("vdi-block-size-0", "block size at 376"),
                opaque("vdi-block-size-odd", "expected a power of two"),
                opaque("vdi-block-extra", "bytes before each block at 380"),
                opaque("vdi-size-8-eib", "disk size at 368"),
                opaque("vdi-size-over-map", "disk size at 368"),
                opaque("vdi-map-past-end", "VDI block map at 4294966784"),
                opaque("vdi-map-unaligned", "a multiple of 512, found 513"),
                opaque("vdi-blocks-absurd", "VDI block map at 512"),
                opaque("vdi-cut-in-header", "512 bytes expected"),
                asQemu("vdi-size-odd", NO_WARNING),
                asQemu("vdi-block-past-end", "lie past its end and read as zeros"),
                asQemu("vdi-block-shared", NO_WARNING),
                asQemu("vdi-block-discarded", NO_WARNING),
                asQemu("vdi-truncated", NO_WARNING),
                elsewhere("vdi-undo", NO_WARNING),
                elsewhere("vdi-differencing", NO_WARNING),
                elsewhere("vdi-linked", NO_WARNING),
                asQemu("vhdx-header-newer-broken", NO_WARNING),
                opaque("vhdx-headers-broken", "expected one with its checksum"),
                opaque("vhdx-version-2", "version at"),
                opaque("vhdx-log-version-1", "log version at"),
                opaque("vhdx-log-dirty", "expected one that was replayed"),
                opens("vhdx-log-torn", 0, NO_WARNING),
                opaque("vhdx-log-past-end", "VHDX log at 1125899906842624"),
                opens("vhdx-regions-first-broken", 0, NO_WARNING),
                opaque("vhdx-regions-broken", "expected one with its checksum"),
                opaque("vhdx-region-unknown", "expected one that we know"),
                opaque("vhdx-metadata-signature", "signature at"),
                opaque("vhdx-block-size-0", "block size at"),
                opaque("vhdx-block-size-odd", "expected a power of two"),
                opaque("vhdx-size-8-eib", "virtual disk size at"),
                opaque("vhdx-size-64-tib", "block allocation table at"),
                opaque("vhdx-size-odd", "expected a multiple of 512"),
                opaque("vhdx-sector-1024", "expected 512 or 4096"),
                opaque("vhdx-cut-in-header", "expected one with its checksum"),
                opens("vhdx-sector-4096", 0, NO_WARNING),
                opens("vhdx-block-past-end", BLOCK, "VHDX block allocation table at"),
                opens("vhdx-block-far-past-end", BLOCK, "VHDX block allocation table at"),
                asQemu("vhdx-block-shared", NO_WARNING),
                opens("vhdx-block-partial", BLOCK, "entry 0, for the disk at 0,"),
                opens("vhdx-block-state-4", BLOCK, "entry 0, for the disk at 0,"),
                asQemu("vhdx-block-zero", NO_WARNING),
                opens("vhdx-truncated", 0, NO_WARNING),
                elsewhere("vhdx-differencing", NO_WARNING),
                opaque("vmdk-version-4", "version at 4"),
                opaque("vmdk-capacity-8-eib", "VMDK grain directory at"),
                opaque("vmdk-capacity-negative", "capacity at 12"),
                opaque("vmdk-grain-0", "grainSize at 20"),
                opaque("vmdk-grain-absurd", "grainSize at 20"),
                opaque("vmdk-table-entries-0", "numGTEsPerGT at 44"),
                opaque("vmdk-table-entries-513", "numGTEsPerGT at 44"),
                opens("vmdk-directory-past-end", 0, NO_WARNING),
                opaque("vmdk-both-directories-past-end", "VMDK grain directory at"),
                opaque("vmdk-compression-2", "compressAlgorithm at 77"),
                opens("vmdk-table-past-end", 0, NO_WARNING),
                asQemu("vmdk-table-self-reference", NO_WARNING),
                asQemu("vmdk-grain-past-end", "lie past its end and read as zeros"),
                asQemu("vmdk-grain-shared", NO_WARNING),
                asQemu("vmdk-grain-1-without-flag", NO_WARNING),
                asQemu("vmdk-truncated", NO_WARNING),
                opaque("vmdk-cut-in-header", "512 bytes expected"),
                asQemu("vmdk-stream-with-footer", NO_WARNING),
                opaque("vmdk-stream-footer-missing", "VMDK footer marker"),
                opaque("vmdk-stream-end-marker", "VMDK end marker"),
                opens("vmdk-stream-grain-elsewhere", 65536, "VMDK grain table at"),
                opens("vmdk-stream-grain-length-0", 65536, "VMDK grain table at"),
                opens("vmdk-stream-grain-length-absurd", 65536, "VMDK grain table at"),
                opens("vmdk-stream-grain-garbage", 65536, NO_WARNING),
                opens("vmdk-stream-grain-too-short", 65536, NO_WARNING),
                opens("vmdk-stream-grain-past-end", 65536, "VMDK grain table at"),
                opaque("vmdk-stream-grain-of-1-gib", "grainSize at 20"),
                opaque("vmdk-more-tables-than-room", "names 2048 grain tables"),
                opaque("vmdk-esx", "a sparse extent of ESX"),
                opaque("vmdk-space-efficient", "a sparse extent of ESX"),
                opaque("vmdk-descriptor-without-extents", "expected extents, found none"),
                opaque("vmdk-descriptor-of-8-eib", "VMDK descriptor"),
                elsewhere("vmdk-descriptor-of-etc-passwd", NO_WARNING),
                opaque("ploop-version-3", "version at 16"),
                opaque("ploop-tracks-0", "tracks at 28"),
                opaque("ploop-tracks-absurd", "tracks at 28"),
                opaque("ploop-size-8-eib", "nb_sectors at 36"),
                opaque("ploop-table-absurd", "ploop table at 64"),
                opaque("ploop-cut-in-header", "64 bytes expected"),
                asQemu("ploop-in-use", "marked in use"),
                asQemu("ploop-cluster-past-end", "lie past its end and read as zeros"),
                asQemu("ploop-cluster-shared", NO_WARNING),
                asQemu("ploop-table-shorter-than-disk", NO_WARNING),
                asQemu("ploop-truncated", "lie past its end and read as zeros"),
                asQemu("ploop-old-version", NO_WARNING));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void isRefusedOrReadAsTheRuleSays(Rule rule) throws IOException {
        ByteSource container = container(rule.name());
        Warnings warnings = new Warnings();
        DiskImage image = ImageFormats.open(container, warnings);
        String told = String.join("\n", warnings.messages());
        assertThat(told).contains(rule.warning());
        assertThat(told.isEmpty()).as(told).isEqualTo(rule.warning().equals(NO_WARNING));
        assertThat(image.recognition())
                .isEqualTo(
                        switch (rule.outcome()) {
                            case OPAQUE -> Recognition.OPAQUE;
                            default -> Recognition.RECOGNISED;
                        });
        assertThat(image.format()).isEqualTo(rule.name().substring(0, rule.name().indexOf('-')));
        assertThat(Guest.unreadableBytes(image.disk())).isEqualTo(rule.unreadableBytes());
        Guest.assertSound(image, container);
        switch (rule.outcome()) {
            case AS_QEMU ->
                    assertThat(Guest.sha256(image.disk())).isEqualTo(qemuSha256(rule.name()));
            case OPAQUE ->
                    assertThat(Guest.sha256(image.disk())).isEqualTo(Guest.sha256(container));
            case ELSEWHERE -> {
                assertThat(image.standsAlone()).isFalse();
                assertThat(image.plainMap()).isEqualTo(ExtentMap.EMPTY);
            }
            default -> {}
        }
    }

    @Test
    void everyImageHasARule() {
        assertThat(GoldenFiles.names("disks/damaged", ".img"))
                .containsExactlyInAnyOrderElementsOf(rules().stream().map(Rule::name).toList());
    }

    @Test
    void parentsAreNamed() throws IOException {
        assertThat(open("vhd-differencing").externals())
                .containsExactly(
                        new External("parent", "parent.vhd"),
                        new External("parent by locator W2ku", "C:\\disks\\parent.vhd"));
        assertThat(open("vhdx-differencing").externals())
                .containsExactly(
                        new External("parent relative_path", "..\\parent.vhdx"),
                        new External("parent absolute_win32_path", "C:\\disks\\parent.vhdx"));
        assertThat(open("vdi-differencing").externals())
                .containsExactly(new External("parent", "11223344" + "0".repeat(24)));
        assertThat(open("vmdk-descriptor-of-etc-passwd").externals())
                .containsExactly(new External("extent of kind FLAT", "/etc/passwd"));
    }

    /** What QEMU does not read and we do: a disk with sectors of 4 KiB, a log whose only entry is torn, a first region table that is broken. */
    @Test
    void whatQemuDoesNotReadIsThatOfTheHealthyImage() throws IOException {
        String healthy =
                Guest.parse(GoldenFiles.bytes("disks/vhdx-dynamic.json")).get("sha256").asText();
        assertThat(Guest.sha256(open("vhdx-sector-4096").disk())).isEqualTo(healthy);
        assertThat(Guest.sha256(open("vhdx-log-torn").disk())).isEqualTo(healthy);
        assertThat(Guest.sha256(open("vhdx-regions-first-broken").disk())).isEqualTo(healthy);
    }

    /** The redundant copy of a directory, or of a table, is read where the first is out of reach. */
    @Test
    void theRedundantDirectoryIsUsed() throws IOException {
        String healthy =
                Guest.parse(GoldenFiles.bytes("disks/vmdk-sparse.json")).get("sha256").asText();
        assertThat(Guest.sha256(open("vmdk-directory-past-end").disk())).isEqualTo(healthy);
        assertThat(Guest.sha256(open("vmdk-table-past-end").disk())).isEqualTo(healthy);
    }

    private static DiskImage open(String name) throws IOException {
        return ImageFormats.open(container(name), new Warnings());
    }

    private static ByteSource container(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked("disks/damaged/" + name + ".img"));
    }

    private static String qemuSha256(String name) throws IOException {
        return Guest.parse(GoldenFiles.bytes("disks/damaged/" + name + ".json"))
                .get("sha256")
                .asText();
    }

    private static Rule opaque(String name, String warning) {
        return new Rule(name, Outcome.OPAQUE, 0, warning);
    }

    private static Rule asQemu(String name, String warning) {
        return new Rule(name, Outcome.AS_QEMU, 0, warning);
    }

    private static Rule opens(String name, long unreadableBytes, String warning) {
        return new Rule(name, Outcome.OPENS, unreadableBytes, warning);
    }

    private static Rule elsewhere(String name, String warning) {
        return new Rule(name, Outcome.ELSEWHERE, 0, warning);
    }
}
