package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.image.DiskImage.EncodedCluster;
import mirage.image.DiskImage.Recognition;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Archives as GNU tar makes them of what qemu-img makes (golden/ova/make.sh), against what QEMU reads from their members. */
final class OvaGoldenTest {
    private static final long DISK_BYTES = (3 << 20) + 8 * 512;
    private static final long SECOND_OFFSET = 4 << 20;

    private final Warnings warnings = new Warnings();

    @ParameterizedTest
    @CsvSource({
        "ustar-stream, vmdk-stream",
        "gnu-stream, vmdk-stream",
        "pax-stream, vmdk-stream",
        "ustar-sparse, vmdk-sparse",
        "ustar-vdi, vdi-dynamic",
        "ustar-vhd, vhd-fixed-size",
        "gnu-raw, vmdk-stream",
        "gnu-long-name, vmdk-stream",
        "pax-long-name, vmdk-stream",
    })
    void theOnlyDiskIsWhatQemuReadsFromIt(String name, String disk) throws IOException {
        ByteSource container = container(name);
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(warnings.messages()).isEmpty();
        assertIsOva(image, container);
        assertThat(image.parts()).isEmpty();
        JsonNode expected = Guest.parse(GoldenFiles.bytes("disks/" + disk + ".json"));
        assertThat(image.virtualSize()).isEqualTo(expected.get("virtualSize").asLong());
        assertThat(Guest.sha256(image.disk())).isEqualTo(expected.get("sha256").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ustar-two-disks", "pax-two-disks"})
    void severalDisksLieOneBehindTheOther(String name) throws IOException {
        ByteSource container = container(name);
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(warnings.messages()).isEmpty();
        assertIsOva(image, container);
        assertThat(image.parts())
                .containsExactly(
                        new NamedExtent("box-disk1.vmdk", 0, DISK_BYTES),
                        new NamedExtent("box-disk2.vmdk", SECOND_OFFSET, DISK_BYTES));
        assertThat(image.virtualSize()).isEqualTo(SECOND_OFFSET + DISK_BYTES);
        String guest =
                Guest.parse(GoldenFiles.bytes("disks/vmdk-stream.json")).get("sha256").asText();
        for (NamedExtent part : image.parts()) {
            assertThat(Guest.sha256(image.disk().slice(part.offset(), part.length())))
                    .as(part.name())
                    .isEqualTo(guest);
        }
        assertThat(image.disk().runAt(DISK_BYTES))
                .isEqualTo(new ByteSource.Run(SECOND_OFFSET - DISK_BYTES, true));
        assertReadsAcrossTheGap(image.disk());
    }

    private static void assertReadsAcrossTheGap(ByteSource disk) throws IOException {
        ByteBuffer across = ByteBuffer.allocate((int) (SECOND_OFFSET - DISK_BYTES) + 200);
        disk.readFully(DISK_BYTES - 100, across);
        ByteBuffer ends = ByteBuffer.allocate(100);
        disk.readFully(DISK_BYTES - 100, ends);
        assertThat(across.slice(0, 100)).isEqualTo(ends.flip());
        disk.readFully(SECOND_OFFSET, ends.clear());
        assertThat(across.slice(across.capacity() - 100, 100)).isEqualTo(ends.flip());
        byte[] gap = new byte[across.capacity() - 200];
        across.get(100, gap);
        assertThat(gap).containsOnly(0);
    }

    /** Compressed grains of a member are those of the lone image, at their places in the archive. */
    @Test
    void clustersAreThoseOfTheMember() throws IOException {
        ByteSource container = container("pax-two-disks");
        DiskImage image = ImageFormats.open(container, warnings);
        byte[] vmdk = GoldenFiles.unpacked("disks/vmdk-stream.img");
        List<EncodedCluster> lone =
                ImageFormats.open(ByteSources.of(vmdk), warnings).encodedClusters();
        assertThat(image.encodedClusters()).hasSameSizeAs(lone).isNotEmpty();
        for (int i = 0; i < lone.size(); i++) {
            EncodedCluster expected = lone.get(i);
            EncodedCluster found = image.encodedClusters().get(i);
            assertThat(found.diskOffset()).isEqualTo(expected.diskOffset());
            assertThat(found.length()).isEqualTo(expected.length());
            byte[] stored = new byte[found.storedLength()];
            container.readFully(found.containerOffset(), ByteBuffer.wrap(stored));
            assertThat(stored)
                    .containsExactly(
                            Arrays.copyOfRange(
                                    vmdk,
                                    (int) expected.containerOffset(),
                                    (int) expected.containerOffset() + expected.storedLength()));
        }
    }

    /** Opening reads headers, the description and tables, however large the members are. */
    @Test
    void whatLiesInMembersIsNotRead() throws IOException {
        long disk = 3L << 40;
        Ova ova = new Ova().file("box.ovf", Ova.description("box.raw"));
        ByteSource container = ova.claiming("box.raw", disk).end();
        DiskImage image = ImageFormats.open(container, warnings);
        assertThat(warnings.messages()).isEmpty();
        assertThat(image.format()).isEqualTo("ova");
        assertThat(image.virtualSize()).isEqualTo(disk);
        assertThat(image.plainMap().mappedBytes()).isEqualTo(disk);
        assertThat(image.disk().runAt(0)).isEqualTo(new ByteSource.Run(disk, true));
    }

    private static void assertIsOva(DiskImage image, ByteSource container) throws IOException {
        assertThat(image.format()).isEqualTo("ova");
        assertThat(image.recognition()).isEqualTo(Recognition.RECOGNISED);
        assertThat(image.standsAlone()).isTrue();
        assertThat(image.complete()).isTrue();
        Guest.assertSound(image, container);
    }

    private static ByteSource container(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked("ova/" + name + ".ova"));
    }
}
