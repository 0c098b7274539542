package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.Recognition;
import mirage.image.Guest;
import mirage.image.ImageFormats;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Images broken on purpose, one a rule (golden/qcow2/damage.py). */
final class Qcow2DamageTest {
    private static final String NO_WARNING = "";

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
        /** It cannot be read as qcow2. */
        OPAQUE,
        /** Its disk reads as QEMU reads it. */
        AS_QEMU,
        /** QEMU refuses it, or fails to read it to the end; we read what is there. */
        OPENS
    }

    static List<Rule> rules() {
        return List.of(
                opaque("version-4", "version at 4: expected from 2 to 3, found 4"),
                opaque("cluster-bits-22", "cluster_bits at 20: expected from 9 to 21, found 22"),
                opaque("cluster-bits-8", "cluster_bits at 20"),
                opaque("size-8-eib", "l1_size at 36: expected at least"),
                opaque("size-negative", "size at 24"),
                opaque("l1-too-short", "l1_size at 36: expected at least 2"),
                opaque("l1-size-absurd", "l1_size at 36"),
                opaque("l1-past-end", "l1_table_offset at 40"),
                opaque("l1-far-past-end", "l1_table_offset at 40"),
                opaque("l1-unaligned", "l1_table_offset at 40: expected a multiple of 4096"),
                opaque("header-length-absurd", "header_length at 100"),
                opaque("header-length-odd", "header_length at 100: expected a multiple of 8"),
                opaque("backing-name-past-cluster", "backing_file_offset at 8"),
                opaque("backing-name-too-long", "backing_file_size at 16"),
                opaque("encrypted-aes", "found AES"),
                opaque("compression-announced-deflate", "compression_type at 104: expected 1"),
                opaque("compression-1-unannounced", "compression_type at 104: expected 0"),
                opaque("compression-2-unannounced", "compression_type at 104: expected 0"),
                opaque("compression-2", "compression_type at 104: expected 1 (zstd), found 2"),
                opaque("extended-l2-of-small-clusters", "cluster_bits at 20: expected at least 14"),
                opaque("incompatible-bit-unknown", "found bit 40 (time travel), bit 63"),
                opaque("extension-past-end", "length of an extension at 116"),
                opaque("only-magic", "8 bytes expected, source ends at 4"),
                opaque("cut-in-header", "104 bytes expected, source ends at 90"),
                opaque("more-tables-than-clusters", "names 500 L2 tables"),
                asQemu("size-not-in-sectors", "no multiple of 512"),
                asQemu("dirty", "marked dirty"),
                asQemu("corrupt", "marked corrupt"),
                opens("refcount-table-absurd", 0, "refcount table of"),
                opens("snapshots-absurd", 0, "4294967295 internal snapshots"),
                opens("refcount-order-77", 0, "refcount_order 77"),
                asQemu("l2-past-end", "2097152 bytes of the disk, the first at 0,"),
                asQemu("l2-none", NO_WARNING),
                asQemu("l2-shared", NO_WARNING),
                asQemu("l1-self-reference", NO_WARNING),
                asQemu("cluster-past-end", "4096 bytes of the disk, the first at 12288,"),
                asQemu("cluster-shared", NO_WARNING),
                asQemu("cluster-over-tables", NO_WARNING),
                asQemu("truncated", "container is truncated"),
                asQemu("truncated-in-l2", "container is truncated"),
                asQemu("compressed-shared", NO_WARNING),
                opens("l2-unaligned", 2 << 20, "qcow2 L1 table at 12288: entry 0"),
                opens("cluster-unaligned", 4096, "entry 3, for the disk at 12288"),
                opens("zero-flag-in-v2", 4096, "entry 3, for the disk at 12288"),
                opens("subcluster-zero-and-allocated", 65536, "entry 0, for the disk at 0"),
                opens("subclusters-nowhere", 65536, "entry 0, for the disk at 0"),
                opens("compressed-garbage", 4096, NO_WARNING),
                opens("compressed-too-short", 4096, NO_WARNING),
                opens("compressed-past-end", 4096, "entry 2, for the disk at 8192"),
                opens("compressed-truncated", 202240, "entry 21, for the disk at 86016"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void isRefusedOrReadAsTheRuleSays(Rule rule) throws IOException {
        ByteSource container =
                ByteSources.of(GoldenFiles.unpacked("qcow2/damaged/" + rule.name() + ".qcow2"));
        Warnings warnings = new Warnings();
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(String.join("\n", warnings.messages())).contains(rule.warning());
        assertThat(warnings.messages().isEmpty()).isEqualTo(rule.warning().equals(NO_WARNING));
        assertThat(image.recognition())
                .isEqualTo(
                        rule.outcome() == Outcome.OPAQUE
                                ? Recognition.OPAQUE
                                : Recognition.RECOGNISED);
        assertThat(Guest.unreadableBytes(image.disk())).isEqualTo(rule.unreadableBytes());
        Guest.assertSound(image, container);
        if (rule.outcome() == Outcome.AS_QEMU) {
            assertThat(Guest.sha256(image.disk())).isEqualTo(qemuSha256(rule));
        }
        if (rule.outcome() == Outcome.OPAQUE) {
            assertThat(Guest.sha256(image.disk())).isEqualTo(Guest.sha256(container));
        }
    }

    /** Also the other way round: what QEMU reads and we refuse is listed here, on purpose. */
    @Test
    void everyImageHasARule() {
        assertThat(GoldenFiles.names("qcow2/damaged", ".qcow2"))
                .containsExactlyInAnyOrderElementsOf(rules().stream().map(Rule::name).toList());
        assertThat(
                        rules().stream()
                                .filter(rule -> rule.outcome() != Outcome.AS_QEMU)
                                .map(Rule::name)
                                .filter(n -> GoldenFiles.exists("qcow2/damaged/" + n + ".json")))
                .containsExactlyInAnyOrder("l1-past-end", "l1-far-past-end", "header-length-odd");
    }

    private static String qemuSha256(Rule rule) throws IOException {
        return Guest.parse(GoldenFiles.bytes("qcow2/damaged/" + rule.name() + ".json"))
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
}
