package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;
import mirage.image.DiskImage;
import mirage.image.DiskReads;
import mirage.image.Guest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
        long refused = Fuzz.run(names, Qcow2MutationTest::mutations, INPUTS, this::readSome);
        // Else the changes would be so rough that nothing behind the header was tried, or so mild
        // that nothing was.
        long inputs = Long.getLong("mirage.fuzz.inputs", INPUTS);
        if (inputs >= INPUTS) {
            assertThat(refused).isBetween(inputs / 20, inputs * 3 / 4);
        }
    }

    private static Mutator mutations(String path) throws IOException {
        byte[] bytes = GoldenFiles.unpacked(path);
        return new Mutator(bytes, guestData(ByteSources.of(bytes)));
    }

    private static List<Extent> guestData(ByteSource container) throws IOException {
        try {
            return Qcow2Image.open(container, new Warnings(), MemoryPool.unlimited())
                    .plainMap()
                    .runs()
                    .stream()
                    .map(run -> new Extent(run.target(), run.length()))
                    .toList();
        } catch (FormatException broken) {
            return List.of();
        }
    }

    private void readSome(ByteSource container) throws IOException {
        DiskImage image = Qcow2Image.open(container, new Warnings(), MemoryPool.unlimited());
        Guest.assertSound(image, container);
        ByteSource disk = image.disk();
        DiskReads.readSome(disk, 32, "(?s).*qcow2.*");
    }
}
