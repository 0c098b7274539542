package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.volume.FoundVolume;
import mirage.volume.VolumeChecks;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A label can name one long text many times, and many labels can name it on a disk that is smaller than it claims. */
final class LvmTextBudgetTest {
    private static final int SECTOR = 512;
    private static final int AREA_AT = 4096;
    private static final int TEXT_BYTES = 4 << 20;
    private static final int AREAS = 25;

    @Test
    void aTextThatIsNamedManyTimesIsReadAFewTimes() throws IOException {
        byte[] text = new byte[TEXT_BYTES];
        Arrays.fill(text, (byte) '\n');
        ByteBuffer disk =
                ByteBuffer.allocate(AREA_AT + SECTOR + TEXT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        disk.put(AREA_AT + SECTOR, text);
        label(disk.slice(SECTOR, SECTOR).order(ByteOrder.LITTLE_ENDIAN));
        area(disk.slice(AREA_AT, SECTOR).order(ByteOrder.LITTLE_ENDIAN), text);
        Warnings warnings = new Warnings();
        List<FoundVolume> found = VolumeChecks.find(ByteSources.of(disk.array()), warnings);
        assertThat(found).singleElement().extracting(FoundVolume::use).isEqualTo("LVM2_member");
        assertThat(warnings.messages()).hasSize(AREAS);
        assertThat(warnings.messages())
                .filteredOn(message -> message.contains("more than 33554432 bytes of text"))
                .hasSize(AREAS - 8);
    }

    private static void label(ByteBuffer sector) {
        sector.put("LABELONE".getBytes(StandardCharsets.US_ASCII)).putLong(1).putInt(0).putInt(32);
        sector.put("LVM2 001".getBytes(StandardCharsets.US_ASCII));
        sector.put("u".repeat(32).getBytes(StandardCharsets.US_ASCII)).putLong(TEXT_BYTES);
        sector.putLong(0).putLong(0);
        for (int i = 0; i < AREAS; i++) {
            sector.putLong(AREA_AT).putLong(SECTOR + TEXT_BYTES);
        }
        sector.putInt(16, (int) LvmChecksum.of(bytes(sector), 20, SECTOR));
    }

    private static void area(ByteBuffer header, byte[] text) {
        header.putInt(0).put(" LVM2 x[5A%r0N*>".getBytes(StandardCharsets.US_ASCII)).putInt(1);
        header.putLong(AREA_AT).putLong(SECTOR + TEXT_BYTES).putLong(SECTOR).putLong(TEXT_BYTES);
        header.putInt((int) LvmChecksum.of(text)).putInt(0);
        header.putInt(0, (int) LvmChecksum.of(bytes(header), 4, SECTOR));
    }

    private static byte[] bytes(ByteBuffer sector) {
        byte[] bytes = new byte[SECTOR];
        sector.get(0, bytes);
        return bytes;
    }
}
