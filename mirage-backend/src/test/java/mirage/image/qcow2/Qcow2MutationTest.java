package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;
import mirage.image.DiskImage;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Any bytes open as qcow2 or are refused, and each place of the disk reads or is refused: no other exception, in
 * bounded time and memory. {@link Fuzz} says how to run more of it.
 */
final class Qcow2MutationTest {
    private static final long INPUTS = 8000;
    private static final int MAX_IMAGE_BYTES = 1 << 20;

    @Test
    void anyBytesOpenOrAreRefused() throws IOException {
        List<String> names = new ArrayList<>();
        for (String directory : List.of("qcow2", "qcow2/damaged")) {
            for (String name : GoldenFiles.names(directory, ".qcow2")) {
                String path = directory + "/" + name + ".qcow2";
                if (GoldenFiles.unpacked(path).length <= MAX_IMAGE_BYTES) {
                    names.add(path);
                }
            }
        }
        long refused =
                Fuzz.run(
                        names, name -> new Mutator(withoutGuestData(name)), INPUTS, this::readSome);
        // Else the changes would be so rough that nothing behind the header was tried, or so mild
        // that nothing was.
        long inputs = Long.getLong("mirage.fuzz.inputs", INPUTS);
        if (inputs >= INPUTS) {
            assertThat(refused).isBetween(inputs / 20, inputs * 3 / 4);
        }
    }

    /** Guest data zeroed where it lies plain, so that nearly all that is not zero is metadata. */
    private static byte[] withoutGuestData(String path) throws IOException {
        byte[] bytes = GoldenFiles.unpacked(path);
        try {
            DiskImage image = Qcow2Image.open(ByteSources.of(bytes.clone()), new Warnings());
            for (ExtentMap.Run run : image.plainMap().runs()) {
                int from = (int) run.target();
                // Tables of some broken images are data too.
                if (from > 64 << 10) {
                    Arrays.fill(bytes, from, from + (int) run.length(), (byte) 0);
                }
            }
        } catch (FormatException broken) {
            return bytes;
        }
        return bytes;
    }

    private void readSome(ByteSource container) throws IOException {
        DiskImage image = Qcow2Image.open(container, new Warnings());
        Guest.assertSound(image, container);
        ByteSource disk = image.disk();
        Random random = new Random(disk.length());
        long at = 0;
        for (int i = 0; i < 32 && at < disk.length(); i++) {
            readOrBeRefused(disk, at, random.nextInt(1, 10_000));
            readOrBeRefused(disk, random.nextLong(disk.length()), random.nextInt(1, 10_000));
            at += disk.runAt(at).length();
        }
    }

    private static void readOrBeRefused(ByteSource disk, long at, int length) throws IOException {
        try {
            int read = disk.readAt(at, ByteBuffer.allocate(length));
            assertThat(read).isEqualTo((int) Math.min(length, disk.length() - at));
        } catch (FormatException refused) {
            assertThat(refused).hasMessageContaining("qcow2");
        }
    }
}
