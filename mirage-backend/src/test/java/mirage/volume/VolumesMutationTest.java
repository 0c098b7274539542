package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Any disk gives volumes that lie in it one after the other. {@link Fuzz} says how to run more of it. */
final class VolumesMutationTest {
    private static final long INPUTS = 20_000;

    private static final int HEAD_BYTES = 1 << 16;

    private final Set<String> tables = new HashSet<>();

    @Test
    void anyDiskGivesVolumesInIt() throws IOException {
        List<String> names =
                Stream.of("volume", "volume/damaged")
                        .flatMap(directory ->
                                GoldenFiles.names(directory, ".disk").stream()
                                        .map(name -> directory + "/" + name + ".disk"))
                        .toList();
        long refused = Fuzz.run(names, VolumesMutationTest::mutations, INPUTS, this::find);
        assertThat(refused).isZero();
        assertThat(Fuzz.run(names, VolumesMutationTest::mutations, INPUTS / 3, this::findSigned))
                .isZero();
        if (Long.getLong("mirage.fuzz.inputs", INPUTS) >= INPUTS) {
            assertThat(tables).containsExactlyInAnyOrder("gpt", "mbr", "none");
        }
    }

    private static Mutator mutations(String path) throws IOException {
        return new Mutator(GoldenFiles.unpacked(path));
    }

    /** With the checksums of the GPT made right again, so that what they guard is tried too. */
    private void findSigned(ByteSource disk) throws IOException {
        // The table stands at the beginning; what is behind counts as zeros, not to copy megabytes
        // for each input.
        byte[] bytes = new byte[(int) Math.min(HEAD_BYTES, disk.length())];
        disk.readFully(0, ByteBuffer.wrap(bytes));
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length >= 1024) {
            long length = (long) fields.getInt(512 + 80) * fields.getInt(512 + 84);
            long offset = fields.getLong(512 + 72) * 512;
            if (offset >= 0 && length >= 0 && offset <= bytes.length - length) {
                fields.putInt(512 + 88, crc(bytes, (int) offset, (int) length));
            }
            int headerBytes = Math.clamp(fields.getInt(512 + 12), 92, 512);
            fields.putInt(512 + 16, 0).putInt(512 + 16, crc(bytes, 512, headerBytes));
        }
        ExtentMap head = ExtentMap.identity(bytes.length);
        find(new MappedSource(ByteSources.of(bytes), head, disk.length()));
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    private void find(ByteSource disk) throws IOException {
        for (FoundVolume found : VolumeChecks.find(disk, new Warnings())) {
            tables.add(found.volume().table());
        }
    }
}
