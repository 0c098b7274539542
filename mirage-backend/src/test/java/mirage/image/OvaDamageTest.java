package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.image.DiskImage.Recognition;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Archives broken on purpose, one a rule (golden/ova/damage.py), and those that are too large to be kept. */
final class OvaDamageTest {
    private static final String DISK = "box-disk1.vmdk";
    private static final int MIB = 1 << 20;

    private final Warnings warnings = new Warnings();

    /**
     * @param outcome what becomes of the image
     * @param parts names of its disks, where it is not of one
     * @param told parts of its warnings, all of them in their order
     */
    record Rule(String name, Outcome outcome, List<String> parts, List<String> told) {
        @Override
        public String toString() {
            return name;
        }
    }

    enum Outcome {
        /** It is no OVA. */
        RAW,
        /** It is one, and nothing in it can be read. */
        OPAQUE,
        /** Its first disk is whole. */
        READ,
        /** A part of a disk is there. */
        PARTLY_READ,
        /** Its disk lies in files that are not read. */
        ELSEWHERE
    }

    static List<Rule> rules() {
        return List.of(
                raw("cut-in-first-header"),
                raw("checksum-of-first"),
                raw("boot-record"),
                raw("no-magic"),
                raw("no-description"),
                raw("description-last"),
                opaque(
                        "cut-in-description",
                        "member box.ovf: no well-formed XML",
                        "the bytes end",
                        "found none"),
                opaque("cut-in-header", "the bytes end", "not there", "found none"),
                opaque("cut-behind-header", "the archive ends in it", "found none"),
                opaque(
                        "cut-in-disk",
                        "the archive ends in it",
                        "VMDK grain directory",
                        "found none"),
                read("cut-before-end", List.of(), "a header or the end of the archive expected"),
                new Rule(
                        "cut-in-raw-disk",
                        Outcome.PARTLY_READ,
                        List.of("box.raw"),
                        List.of("member box.raw: the archive ends in it")),
                opaque("checksum", "its checksum is wrong", "not there", "found none"),
                opaque("size-no-number", "tar header at", "not there", "found none"),
                opaque("size-negative", "tar header at", "not there", "found none"),
                opaque("size-over-8-eib", "tar header at", "not there", "found none"),
                read("size-of-whole-file", List.of(DISK), "the archive ends in it"),
                read("size-8-gib", List.of(DISK), "the archive ends in it"),
                read("size-8-eib", List.of(DISK), "the archive ends in it"),
                opaque("link", "member " + DISK + ": no plain file", "found none"),
                opaque("directory", "checksum is wrong", "it is not there", "found none"),
                opaque("description-alone", "not there", "found none"),
                read(
                        "description-of-other-file",
                        List.of(DISK),
                        "member box.raw: the description names it"),
                read("description-is-no-xml", List.of(), "no well-formed XML"),
                read("description-with-entities", List.of(), "no well-formed XML"),
                read("description-too-long", List.of(), "at most 1048576 bytes expected"),
                read("description-too-deep", List.of(), "no well-formed XML"),
                read(
                        "disk-twice",
                        List.of(DISK, DISK + "#2"),
                        "member box-disk2.vmdk: the description names it"),
                read("disk-missing", List.of(DISK), "member box-disk2.vmdk: the description"),
                read("disk-that-is-damaged", List.of(DISK), "member box-disk2.vmdk: has the magic"),
                opaque("disk-compressed", "a file that is compressed", "found none"),
                opaque("disk-in-chunks", "is in chunks", "is in chunks", "found none"),
                new Rule(
                        "disk-split",
                        Outcome.PARTLY_READ,
                        List.of("box-split.vmdk"),
                        List.of("member " + DISK + ": the description names it")),
                read(
                        "disks-9",
                        List.of(
                                "disk0.vmdk",
                                "disk1.vmdk",
                                "disk2.vmdk",
                                "disk3.vmdk",
                                "disk4.vmdk",
                                "disk5.vmdk",
                                "disk6.vmdk",
                                "disk7.vmdk"),
                        "member disk8.vmdk: not read",
                        "member " + DISK + ": the description names it"),
                new Rule("archive-in-archive", Outcome.PARTLY_READ, List.of(), List.of()),
                read(
                        "names-of-other-places",
                        List.of("../../etc/passwd", "/etc/shadow"),
                        "member " + DISK + ": the description names it"),
                read("sparse-file-gnu", List.of(DISK), "member sparse.raw: no plain file"),
                opaque("sparse-file-pax", "a sparse file", "not there", "found none"));
    }

    private static Rule raw(String name) {
        return new Rule(name, Outcome.RAW, List.of(), List.of());
    }

    private static Rule opaque(String name, String... told) {
        return new Rule(name, Outcome.OPAQUE, List.of(), List.of(told));
    }

    private static Rule read(String name, List<String> parts, String... told) {
        return new Rule(name, Outcome.READ, parts, List.of(told));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void isReadAsFarAsTheRuleSays(Rule rule) throws IOException {
        ByteSource container =
                ByteSources.of(GoldenFiles.unpacked("ova/damaged/" + rule.name() + ".ova"));
        DiskImage image = ImageFormats.open(container, warnings);
        assertToldOf(rule.told());
        Guest.assertSound(image, container);
        assertThat(image.parts().stream().map(NamedExtent::name)).isEqualTo(rule.parts());
        assertThat(image.format()).isEqualTo(rule.outcome() == Outcome.RAW ? "raw" : "ova");
        assertThat(image.recognition())
                .isEqualTo(
                        switch (rule.outcome()) {
                            case RAW -> Recognition.RAW;
                            case OPAQUE -> Recognition.OPAQUE;
                            default -> Recognition.RECOGNISED;
                        });
        assertThat(image.standsAlone()).isEqualTo(rule.outcome() != Outcome.ELSEWHERE);
        if (rule.outcome() == Outcome.READ) {
            String guest =
                    Guest.parse(GoldenFiles.bytes("disks/vmdk-stream.json")).get("sha256").asText();
            long length =
                    image.parts().isEmpty()
                            ? image.virtualSize()
                            : image.parts().getFirst().length();
            assertThat(Guest.sha256(image.disk().slice(0, length))).isEqualTo(guest);
        }
    }

    @Test
    void everyArchiveHasARule() {
        assertThat(GoldenFiles.names("ova/damaged", ".ova"))
                .containsExactlyInAnyOrderElementsOf(rules().stream().map(Rule::name).toList());
    }

    @Test
    void aHundredThousandMembersAreNotLookedInto() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
        for (int i = 0; i < 100_000; i++) {
            ova.file("empty-" + i, new byte[0]);
        }
        ova.file("box.raw", new byte[MIB]);
        assertThat(open(ova).recognition()).isEqualTo(Recognition.OPAQUE);
        assertToldOf(List.of("more than 1000 members", "box.raw: the description", "found none"));
    }

    @Test
    void aNameOfFiveMegabytesEndsTheWalk() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
        ova.file("box.raw", new byte[MIB]);
        ova.member("header", 'x', record("path", "n".repeat(5 * MIB)));
        ova.file("other", new byte[MIB]);
        DiskImage image = open(ova);
        assertThat(image.virtualSize()).isEqualTo(MIB);
        assertThat(image.parts()).isEmpty();
        assertToldOf(List.of("its headers are too long; nothing behind it is looked into"));
    }

    @Test
    void aNameOfFiveMegabytesInTheMannerOfGnu() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
        ova.file("box.raw", new byte[MIB]);
        ova.member("././@LongLink", 'L', new byte[5 * MIB]);
        assertThat(open(ova).virtualSize()).isEqualTo(MIB);
        assertToldOf(List.of("its headers are too long"));
    }

    /** Each header that belongs to another makes the parser call itself. */
    @Test
    void headersOfHeadersEndTheWalk() throws IOException {
        for (char kind : new char[] {'x', 'g', 'L', 'K'}) {
            Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
            ova.file("box.raw", new byte[MIB]);
            for (int i = 0; i < 100_000; i++) {
                ova.member("header", kind, new byte[0]);
            }
            assertThat(open(ova).virtualSize()).isEqualTo(MIB);
        }
        assertThat(warnings.messages())
                .hasSize(4)
                .allSatisfy(warning -> assertThat(warning).startsWith("tar header at "));
    }

    @Test
    void aSizeFromAnExtendedHeaderIsTheOneThatCounts() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
        ova.member("header", 'x', record("size", "1000"));
        ova.file("box.raw", new byte[MIB]);
        DiskImage image = open(ova);
        assertThat(image.virtualSize()).isEqualTo(1000);
    }

    @Test
    void absurdSizesFromExtendedHeadersAreRefused() throws IOException {
        for (String size : List.of("-1", "9223372036854775808", "1e9", "")) {
            Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
            ova.member("header", 'x', record("size", size));
            ova.file("box.raw", new byte[MIB]);
            assertThat(open(ova).format()).as(size).isEqualTo("ova");
        }
        assertThat(warnings.messages()).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void anArchiveThatCannotBeReadIsNoMatterOfFormat() throws IOException {
        ByteSource whole = ByteSources.of(GoldenFiles.unpacked("ova/ustar-stream.ova"));
        ByteSource failing =
                new ByteSource() {
                    @Override
                    public long length() {
                        return whole.length();
                    }

                    @Override
                    public int readAt(long position, ByteBuffer target) throws IOException {
                        if (position > 1024) {
                            throw new IOException("disk fault");
                        }
                        return whole.readAt(position, target);
                    }
                };
        assertThatThrownBy(() -> ImageFormats.open(failing, warnings))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("disk fault");
    }

    private DiskImage open(Ova ova) throws IOException {
        ByteSource container = ova.end();
        return ImageFormats.open(container, warnings);
    }

    private void assertToldOf(List<String> parts) {
        List<String> messages = warnings.messages();
        assertThat(messages).hasSameSizeAs(parts);
        for (int i = 0; i < parts.size(); i++) {
            assertThat(messages.get(i)).contains(parts.get(i));
        }
    }

    /** Of a pax header: its length, which counts itself, a name and a value. */
    private static byte[] record(String name, String value) {
        int rest = 1 + name.length() + 1 + value.length() + 1;
        int length = rest;
        while (length != rest + Integer.toString(length).length()) {
            length = rest + Integer.toString(length).length();
        }
        return (length + " " + name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
