package mirage.image.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSources;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Images that the real tools made (golden/inspect/make.sh), healthy and hostile, against what QEMU and Nova find in
 * them. Where this finds something else, {@link #MEANT} says so; docs/decisions/0016-inspection.md says why.
 */
final class ImageInspectorTest {
    /** Formats, virtual size and verdict where they are not those of Debian's Nova 26.2.2. */
    private static final Map<String, String> MEANT =
            Map.ofEntries(
                    // The newest oslo.utils looks for these, this Nova does not.
                    Map.entry("gpt", "gpt 1048576 safe"),
                    Map.entry("gpt-extra", "gpt 1048576 unsafe"),
                    Map.entry("mbr", "gpt 1048576 safe"),
                    Map.entry("iso-mbr", "gpt,iso 358400 safe"),
                    Map.entry("qcow2-in-mbr", "gpt,qcow2 - unsafe"),
                    Map.entry("luks-v1", "luks 1048576 safe"),
                    Map.entry("luks-v2", "luks - unsafe"),
                    Map.entry("vmdk-flat-in-sparse", "vmdk - unsafe"),
                    Map.entry("vmdk-monolithicFlat", "vmdk - unsafe"),
                    Map.entry("vmdk-twoGbMaxExtentFlat", "vmdk - unsafe"),
                    Map.entry("vmdk-twoGbMaxExtentSparse", "vmdk - unsafe"),
                    Map.entry("vmdk-other-footer", "vmdk 1048576 unsafe"),
                    Map.entry("vmdk-footer", "vmdk 1048576 safe"),
                    Map.entry("vmdk-no-end", "vmdk 1048576 unsafe"),
                    Map.entry("qcow-v1", "qcow2 1048576 unsafe"),
                    Map.entry("vhdx-no-regions", "vhdx - unsafe"),
                    // The size of all that was read is none of the disk.
                    Map.entry("qed", "qed - unsafe"),
                    Map.entry("qed-backing", "qed - unsafe"),
                    // Nobody's header twice, so no size either.
                    Map.entry("iso-qcow2", "iso,qcow2 - unsafe"),
                    // Ours alone: formats that the Image API has, and what lives on another image.
                    Map.entry("ploop", "ploop - safe"),
                    Map.entry("vhd-fixed", "vhd 1079296 safe"),
                    Map.entry("vhd-fixed-mbr", "gpt,vhd 1079296 safe"),
                    Map.entry("vhd-differencing", "vhd 1079296 unsafe"),
                    Map.entry("vdi-differencing", "vdi 1048576 unsafe"),
                    Map.entry("vmdk-parent", "vmdk 1048576 unsafe"));

    private static final Map<String, String> QEMU_NAMES =
            Map.of("parallels", "ploop", "vpc", "vhd", "qcow", "qcow2");

    static List<Expected> images() throws IOException {
        String table =
                new String(GoldenFiles.bytes("inspect/expected.tsv"), StandardCharsets.UTF_8);
        List<Expected> images =
                table.lines().filter(line -> !line.startsWith("#")).map(Expected::of).toList();
        assertThat(images).hasSizeGreaterThanOrEqualTo(48);
        assertThat(images)
                .extracting(Expected::name)
                .containsExactlyInAnyOrderElementsOf(GoldenFiles.names("inspect", ""))
                .containsAll(MEANT.keySet());
        return images;
    }

    @ParameterizedTest
    @MethodSource("images")
    void findsWhatNovaFinds(Expected expected) throws IOException {
        String meant = MEANT.get(expected.name());
        String found = inLine(inspected(expected.name()));
        assertThat(found).isEqualTo(meant == null ? expected.nova() : meant);
        assertThat(found.equals(expected.nova())).as("is another").isEqualTo(meant == null);
    }

    @ParameterizedTest
    @MethodSource("images")
    void theSizeOfASafeDiskIsWhatQemuFinds(Expected expected) throws IOException {
        FormatMatch decided = inspected(expected.name()).decided();
        String qemuFormat = QEMU_NAMES.getOrDefault(expected.qemuFormat(), expected.qemuFormat());
        if (decided == null || decided.virtualSize() == null || !decided.isSafe()) {
            return;
        }
        // QEMU takes a disc, a partition table and a fixed VHD for raw disks of the file's size,
        // the last with its
        // footer.
        long footer = expected.name().startsWith("vhd-fixed") ? 512 : 0;
        assertThat(decided.virtualSize()).isEqualTo(expected.qemuSize() - footer);
        if (!qemuFormat.equals("raw")) {
            assertThat(decided.format()).isEqualTo(qemuFormat);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    qcow2-backing         | backing_file     | Image has a backing file
                    qcow2-data-file       | data_file        | Image has data_file set
                    qcow2-extended-l2     | unknown_features | Unknown QCOW2 features found
                    qcow-v1               | unknown_features | Unsupported qcow2 version
                    qed                   | banned           | This file format is not allowed
                    vmdk-monolithicFlat   | descriptor       | Unsupported subformat
                    vmdk-flat-in-sparse   | descriptor       | Unsupported subformat
                    vmdk-other-file       | descriptor       | Invalid extent filenames found
                    vmdk-odd-line         | descriptor       | Invalid VMDK descriptor data
                    vmdk-other-footer     | footer           | Footer specifies a different descriptor than header
                    vmdk-no-end           | footer           | End-of-stream marker is invalid
                    vmdk-parent           | parent           | Image has a parent
                    vhd-differencing      | parent           | Image has a parent
                    vdi-differencing      | parent           | Image has a parent
                    gpt-extra             | mbr              | GPT MBR defines invalid extra partitions
                    luks-v2               | version          | LUKS version 2 is not supported
                    """)
    void saysWhatIsUnsafe(String name, String check, String message) throws IOException {
        assertThat(inspected(name).matches())
                .singleElement()
                .satisfies(match ->
                        assertThat(match.failures()).contains(new SafetyFailure(check, message)));
    }

    @ParameterizedTest
    @CsvSource({
        "vmdk-monolithicSparse,monolithicSparse",
        "vmdk-streamOptimized,streamOptimized",
        "vmdk-converted,streamOptimized",
        "vmdk-monolithicFlat,monolithicFlat",
        "vhd-dynamic,dynamic",
        "vhd-fixed,fixed"
    })
    void namesTheSubformat(String name, String subformat) throws IOException {
        assertThat(inspected(name).matches())
                .singleElement()
                .extracting(FormatMatch::subformat)
                .isEqualTo(subformat);
    }

    @ParameterizedTest
    @CsvSource({
        "iso-mbr,iso",
        "vhd-fixed-mbr,vhd",
        "zeros,raw",
        "text,raw",
        "empty,raw",
        "fat,raw"
    })
    void decidesOnOneFormat(String name, String format) throws IOException {
        FormatMatch decided = inspected(name).decided();
        assertThat(decided).isNotNull();
        assertThat(decided.format()).isEqualTo(format);
    }

    @ParameterizedTest
    @CsvSource({"iso-qcow2", "qcow2-in-mbr"})
    void decidesOnNoneOfHeadersBehindOneAnother(String name) throws IOException {
        assertThat(inspected(name).decided()).isNull();
        assertThat(inspected(name).formats()).hasSize(2);
    }

    /** Cut short anywhere, a header is still that of its format, and unsafe; a magic alone is too. */
    @Test
    void aHeaderCutShortIsUnsafe() throws IOException {
        Map<String, Integer> shortest = new TreeMap<>();
        shortest.put("qcow2-v3", 104);
        shortest.put("vdi-dynamic", 512);
        shortest.put("vhd-dynamic", 512);
        shortest.put("vmdk-monolithicSparse", 512);
        shortest.put("luks-v1", 592);
        shortest.put("vhdx-dynamic", 192 << 10);
        Map<String, Boolean> safeBefore = new HashMap<>();
        for (Map.Entry<String, Integer> image : shortest.entrySet()) {
            byte[] all = GoldenFiles.unpacked("inspect/" + image.getKey());
            for (int length : new int[] {image.getValue() - 1, 70}) {
                Inspection found =
                        ImageInspector.inspect(ByteSources.of(Arrays.copyOf(all, length)));
                assertThat(found.matches()).as(image.getKey()).hasSize(1);
                safeBefore.put(image.getKey() + " " + length, found.matches().getFirst().isSafe());
            }
        }
        assertThat(safeBefore).hasSize(12).doesNotContainValue(true);
    }

    /** QEMU takes text that begins with a version for a descriptor. */
    @ParameterizedTest
    @CsvSource({
        "version=1,vmdk",
        "'# comment\n\nversion=3\r\nmore',vmdk",
        "'x\nversion=1',raw",
        "createType=\"custom\",vmdk",
        "COWD,vmdk"
    })
    void textMayBeADescriptor(String text, String format) throws IOException {
        FormatMatch decided =
                ImageInspector.inspect(
                                ByteSources.of((text + "\n").getBytes(StandardCharsets.US_ASCII)))
                        .decided();
        assertThat(decided).isNotNull();
        assertThat(decided.format()).isEqualTo(format);
        assertThat(decided.isSafe()).isEqualTo(format.equals("raw"));
    }

    private static Inspection inspected(String name) throws IOException {
        return ImageInspector.inspect(ByteSources.of(GoldenFiles.unpacked("inspect/" + name)));
    }

    private static String inLine(Inspection inspection) {
        FormatMatch decided = inspection.decided();
        String formats =
                inspection.matches().stream()
                        .map(FormatMatch::format)
                        .sorted()
                        .collect(Collectors.joining(","));
        boolean safe = decided != null && decided.isSafe();
        boolean isRaw = formats.isEmpty();
        return (isRaw ? "raw" : formats)
                + " "
                + (isRaw || decided == null || decided.virtualSize() == null
                        ? "-"
                        : decided.virtualSize().toString())
                + (safe ? " safe" : " unsafe");
    }

    /** A line of expected.tsv. */
    record Expected(String name, String qemuFormat, long qemuSize, String nova) {
        static Expected of(String line) {
            String[] cells = line.split("\t", -1);
            return new Expected(
                    cells[0],
                    cells[1],
                    cells[2].equals("-") ? -1 : Long.parseLong(cells[2]),
                    String.join(" ", cells[3], cells[4], cells[5]));
        }
    }
}
