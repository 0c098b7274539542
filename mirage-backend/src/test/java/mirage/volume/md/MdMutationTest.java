package mirage.volume.md;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Any disk gives volumes that lie in it, each byte in one. {@link Fuzz} says how to run more of it. */
final class MdMutationTest {
    private static final long INPUTS = 1500;
    private static final int MAGIC = 0xa92b4efc;
    private static final int SECTOR = 512;

    private static final List<String> SEEDS =
            List.of(
                    "raid1-0.90",
                    "linear-0.90",
                    "raid1-1.0",
                    "raid0-1.1",
                    "raid0-1.2",
                    "raid1-1.2");

    private final GoldenVolumes golden = new GoldenVolumes("md");
    private final Set<String> levels = new HashSet<>();
    private byte[] signed = {};

    @Test
    void anyDiskGivesVolumesInIt() throws IOException {
        assertThat(Fuzz.run(SEEDS, this::mutations, INPUTS, this::find)).isZero();
        assertThat(Fuzz.run(SEEDS, this::mutations, INPUTS, this::findSigned)).isZero();
        assertThat(levels).contains("raid0", "raid1");
    }

    /** Superblocks only: what else is on the disk no one looks at. */
    private Mutator mutations(String name) throws IOException {
        byte[] disk = golden.disk(name);
        List<Extent> content = new ArrayList<>();
        long end = 4096;
        for (int at = 4096; at + SECTOR <= disk.length; at += SECTOR) {
            if (magicAt(disk, at)) {
                content.add(new Extent(end, at - end + 1));
                end = at + 4096;
            }
        }
        content.add(new Extent(end, disk.length - end));
        return new Mutator(disk, content);
    }

    private void find(ByteSource disk) throws IOException {
        for (FoundVolume found : VolumeChecks.find(disk, new Warnings())) {
            if (found.volume().table().equals("md") && found.volume().isPlaced()) {
                levels.add(found.volume().type());
            }
        }
    }

    /** With all checksums made right again, so that what they guard is tried too. */
    private void findSigned(ByteSource disk) throws IOException {
        byte[] bytes = read(disk);
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 4096 <= bytes.length; at += SECTOR) {
            if (magicAt(bytes, at)) {
                boolean isOld = fields.getInt(at + 4) == 0;
                int roles = Math.clamp(fields.getInt(at + 220), 0, 1920);
                sign(fields, at, isOld ? 4096 : 256 + 2 * roles, at + (isOld ? 4 * 38 : 216));
            }
        }
        find(ByteSources.of(bytes));
    }

    /** In the same memory, as long as disks are of one length: making room takes longer than all else. */
    private byte[] read(ByteSource disk) throws IOException {
        int length = (int) Math.min(12 << 20, disk.length());
        if (signed.length != length) {
            signed = new byte[length];
        }
        disk.readFully(0, ByteBuffer.wrap(signed));
        return signed;
    }

    private static void sign(ByteBuffer fields, int from, int length, int checksumAt) {
        long sum = 0;
        fields.putInt(checksumAt, 0);
        int at = from;
        for (; at + 4 <= from + length; at += 4) {
            sum += fields.getInt(at) & 0xffff_ffffL;
        }
        if (at + 2 <= from + length) {
            sum += fields.getShort(at) & 0xffff;
        }
        fields.putInt(checksumAt, (int) ((sum & 0xffff_ffffL) + (sum >>> 32)));
    }

    private static boolean magicAt(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at) == MAGIC;
    }
}
