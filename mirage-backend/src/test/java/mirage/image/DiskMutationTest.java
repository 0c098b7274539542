package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes open as an image, and each place of the disk reads or is refused: no other exception, in bounded time and
 * memory, whatever became of a VHD, VHDX, VDI, VMDK or ploop. {@link Fuzz} says how to run more of it.
 */
final class DiskMutationTest {
    private static final long INPUTS = 4000;
    private static final int MAX_IMAGE_BYTES = 16 << 20;

    @Test
    void anyBytesOpen() throws IOException {
        List<String> names = new ArrayList<>();
        for (String directory : List.of("disks", "disks/damaged")) {
            for (String name : GoldenFiles.names(directory, ".img")) {
                String path = directory + "/" + name + ".img";
                if (GoldenFiles.unpacked(path).length <= MAX_IMAGE_BYTES) {
                    names.add(path);
                }
            }
        }
        assertThat(names).hasSizeGreaterThan(100);
        assertThat(Fuzz.run(names, DiskMutationTest::mutations, INPUTS, this::readSome)).isZero();
    }

    private static Mutator mutations(String path) throws IOException {
        byte[] bytes = GoldenFiles.unpacked(path);
        DiskImage image = ImageFormats.open(ByteSources.of(bytes), new Warnings());
        return new Mutator(
                bytes,
                image.recognition() == DiskImage.Recognition.RECOGNISED
                        ? image.plainMap().runs().stream()
                                .map(run -> new Extent(run.target(), run.length()))
                                .toList()
                        : List.of());
    }

    private void readSome(ByteSource container) throws IOException {
        DiskImage image = ImageFormats.open(container, new Warnings());
        Guest.assertSound(image, container);
        ByteSource disk = image.disk();
        DiskReads.readSome(disk, 32, "(?s).*(VHD|VDI|VMDK|vmdk|ploop|qcow2).*");
    }
}
