package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Disks of archives that lie in several members. */
final class OvaSplitDiskTest {
    private static final int SECTOR = 512;
    private static final String ONE = "vmdk-sparse";
    private static final String TWO = "vmdk-hardware-6";

    private final Warnings warnings = new Warnings();

    @Test
    void piecesAreOneDiskInTheOrderOfTheDescription() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.vmdk"));
        ova.file("box-s002.vmdk", extent(TWO));
        ova.file(
                "box.vmdk",
                descriptor("box-s001.vmdk", sectors(ONE), "box-s002.vmdk", sectors(TWO)));
        ova.file("box-s001.vmdk", extent(ONE));
        DiskImage image = open(ova);
        assertThat(warnings.messages()).isEmpty();
        assertThat(image.parts()).isEmpty();
        assertThat(image.standsAlone()).isTrue();
        assertThat(bytes(image.disk())).isEqualTo(joined(disk(ONE), disk(TWO)));
    }

    @Test
    void piecesLieBesideTheDescription() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("disks/box.vmdk"));
        ova.file("disks/box.vmdk", descriptor("a.vmdk", sectors(ONE), "b.vmdk", sectors(TWO)));
        ova.file("disks/a.vmdk", extent(ONE)).file("disks/b.vmdk", extent(TWO));
        assertThat(bytes(open(ova).disk())).isEqualTo(joined(disk(ONE), disk(TWO)));
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void aDiskOfPiecesIsOneOfSeveral() throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.vmdk"));
        ova.file("stream.vmdk", extent("vmdk-stream"));
        ova.file("a.vmdk", extent(ONE)).file("b.vmdk", extent(TWO));
        ova.file("box.vmdk", descriptor("a.vmdk", sectors(ONE), "b.vmdk", sectors(TWO)));
        ova.file("last.vmdk", extent(TWO));
        DiskImage image = open(ova);
        assertThat(warnings.messages()).isEmpty();
        assertThat(image.parts().stream().map(NamedExtent::name))
                .containsExactly("stream.vmdk", "box.vmdk", "last.vmdk");
        NamedExtent split = image.parts().get(1);
        assertThat(bytes(image.disk().slice(split.offset(), split.length())))
                .isEqualTo(joined(disk(ONE), disk(TWO)));
    }

    /** The pieces are no disks by themselves, and what is left of the machine is read. */
    @ParameterizedTest
    @CsvSource({
        "a.vmdk, 0, c.vmdk, 0, its piece c.vmdk is not there",
        "a.vmdk, 0, ../b.vmdk, 0, its piece ../b.vmdk is not there",
        "a.vmdk, 0, a.vmdk, 0, it names a piece twice",
        "a.vmdk, 1, b.vmdk, 0, bytes expected",
        "a.vmdk, 0, b.vmdk, -8, its pieces are longer than",
        "a.vmdk, 0, stream.vmdk, 0, its piece stream.vmdk is no sparse extent",
    })
    void piecesThatDoNotFitAreNotJoined(
            String first, long moreOfFirst, String second, long moreOfSecond, String told)
            throws IOException {
        Ova ova = new Ova().file("box.ovf", Ova.description("box.vmdk"));
        ova.file(
                "box.vmdk",
                descriptor(
                        first,
                        sectors(ONE) + moreOfFirst,
                        second,
                        sectors(second.equals("a.vmdk") ? ONE : TWO) + moreOfSecond));
        ova.file("a.vmdk", extent(ONE)).file("b.vmdk", extent(TWO));
        ova.file("stream.vmdk", extent("vmdk-stream")).file("whole.vmdk", extent(TWO));
        DiskImage image = open(ova);
        assertThat(warnings.messages().getFirst()).startsWith("member box.vmdk: ").contains(told);
        assertThat(image.parts().stream().map(NamedExtent::name))
                .contains("whole.vmdk")
                .doesNotContain("box.vmdk", first, second);
    }

    @Test
    void moreThan64PiecesAreNotJoined() throws IOException {
        StringBuilder text = new StringBuilder("# Disk DescriptorFile\nversion=1\n");
        Ova ova = new Ova().file("box.ovf", Ova.description("box.vmdk"));
        ova.file("first.vmdk", extent(TWO));
        for (int i = 0; i < 65; i++) {
            text.append("RW %d SPARSE \"%d.vmdk\"\n".formatted(sectors(ONE), i));
        }
        ova.file("box.vmdk", text.toString().getBytes(StandardCharsets.UTF_8));
        ova.file("0.vmdk", extent(ONE));
        DiskImage image = open(ova);
        assertThat(image.parts().stream().map(NamedExtent::name)).containsExactly("first.vmdk");
        assertThat(warnings.messages())
                .hasSize(2)
                .anyMatch(warning -> warning.startsWith("member box.vmdk: its disk needs other"))
                .contains("member 0.vmdk: a part of another disk");
    }

    @Test
    void piecesAreOneDisksOnly() throws IOException {
        byte[] description = descriptor("a.vmdk", sectors(ONE), "b.vmdk", sectors(TWO));
        Ova ova = new Ova().file("box.ovf", Ova.description("box.vmdk"));
        ova.file("box.vmdk", description).file("other.vmdk", description);
        ova.file("a.vmdk", extent(ONE)).file("b.vmdk", extent(TWO));
        assertThat(bytes(open(ova).disk())).isEqualTo(joined(disk(ONE), disk(TWO)));
        assertThat(warnings.messages())
                .containsExactly(
                        "member other.vmdk: its piece a.vmdk is not there, or cannot be read");
    }

    private DiskImage open(Ova ova) throws IOException {
        ByteSource container = ova.end();
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(image.format()).isEqualTo("ova");
        Guest.assertSound(image, container);
        return image;
    }

    private static byte[] descriptor(String one, long oneSectors, String two, long twoSectors) {
        return """
        # Disk DescriptorFile
        version=1
        createType="twoGbMaxExtentSparse"
        RW %d SPARSE "%s"
        RW %d SPARSE "%s"
        """
                .formatted(oneSectors, one, twoSectors, two)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] extent(String name) throws IOException {
        return GoldenFiles.unpacked("disks/" + name + ".img");
    }

    private static byte[] disk(String name) throws IOException {
        return bytes(ImageFormats.open(ByteSources.of(extent(name)), new Warnings()).disk());
    }

    private static long sectors(String name) throws IOException {
        return disk(name).length / SECTOR;
    }

    private static byte[] bytes(ByteSource source) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(source.length())];
        source.readFully(0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static byte[] joined(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
