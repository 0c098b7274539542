package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;
import mirage.volume.FoundVolume;
import mirage.volume.GoldenVolumes;
import mirage.volume.VolumeChecks;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Any disk gives volumes that lie in it, each byte in one. {@link Fuzz} says how to run more of it. */
final class LvmMutationTest {
    private static final long INPUTS = 1500;
    private static final byte[] LABEL = "LABELONE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AREA = " LVM2 x[5A%r0N*>".getBytes(StandardCharsets.US_ASCII);
    private static final int SECTOR = 512;

    /** Those whose text is small, so that it is hit, and whose groups are read. */
    private static final List<String> SEEDS =
            List.of(
                    "nothing",
                    "stripes-of-a-sector",
                    "mirror-first-leg-gone",
                    "member-of-two-groups",
                    "groups-in-groups",
                    "text-wraps",
                    "text-older-in-second-area");

    private final GoldenVolumes golden = new GoldenVolumes("lvm");
    private long logical;

    @Test
    void anyDiskGivesVolumesInIt() throws IOException {
        assertThat(Fuzz.run(SEEDS, this::mutations, INPUTS, this::find)).isZero();
        assertThat(Fuzz.run(SEEDS, this::mutations, INPUTS, this::findSigned)).isZero();
        assertThat(logical).isPositive();
    }

    private Mutator mutations(String name) throws IOException {
        return new Mutator(golden.damaged(name));
    }

    private void find(ByteSource disk) throws IOException {
        for (FoundVolume found : VolumeChecks.find(disk, new Warnings())) {
            logical += found.volume().table().equals("lvm2") ? 1 : 0;
        }
    }

    /** With all checksums made right again, so that what they guard is tried too. */
    private void findSigned(ByteSource disk) throws IOException {
        byte[] bytes = new byte[(int) Math.min(6 << 20, disk.length())];
        disk.readFully(0, ByteBuffer.wrap(bytes));
        for (int at = 0; at + SECTOR <= bytes.length; at += SECTOR) {
            if (stands(LABEL, bytes, at)) {
                put(bytes, at + 16, LvmChecksum.of(bytes, at + 20, at + SECTOR));
            } else if (stands(AREA, bytes, at + 4)) {
                signArea(bytes, at);
            }
        }
        find(ByteSources.of(bytes));
    }

    private static void signArea(byte[] bytes, int at) {
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long size = fields.getLong(at + 32);
        long offset = fields.getLong(at + 40);
        long length = fields.getLong(at + 48);
        if (size <= bytes.length - at
                && offset >= SECTOR
                && offset < size
                && length > 0
                && length <= size - SECTOR) {
            byte[] text = new byte[(int) length];
            int first = (int) Math.min(length, size - offset);
            System.arraycopy(bytes, at + (int) offset, text, 0, first);
            System.arraycopy(bytes, at + SECTOR, text, first, text.length - first);
            put(bytes, at + 56, LvmChecksum.of(text));
        }
        put(bytes, at, LvmChecksum.of(bytes, at + 4, at + SECTOR));
    }

    private static boolean stands(byte[] magic, byte[] bytes, int at) {
        return java.util.Arrays.equals(bytes, at, at + magic.length, magic, 0, magic.length);
    }

    private static void put(byte[] bytes, int at, long checksum) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) checksum);
    }
}
