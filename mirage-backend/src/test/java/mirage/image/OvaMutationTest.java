package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes open as an image, and each place of the disk reads or is refused, whatever became of an archive and the
 * images in it. {@link Fuzz} says how to run more of it.
 */
final class OvaMutationTest {
    private static final long INPUTS = 4000;

    @Test
    void anyBytesOpen() throws IOException {
        List<String> names = new ArrayList<>();
        for (String directory : List.of("ova", "ova/damaged")) {
            for (String name : GoldenFiles.names(directory, ".ova")) {
                names.add(directory + "/" + name + ".ova");
            }
        }
        assertThat(names).hasSizeGreaterThan(40);
        assertThat(Fuzz.run(names, OvaMutationTest::mutations, INPUTS, this::readSome)).isZero();
    }

    private static Mutator mutations(String path) throws IOException {
        byte[] bytes = GoldenFiles.unpacked(path);
        DiskImage image = ImageFormats.open(ByteSources.of(bytes), new Warnings());
        List<Extent> content = new ArrayList<>();
        if (image.recognition() == DiskImage.Recognition.RECOGNISED) {
            image.plainMap()
                    .runs()
                    .forEach(run -> content.add(new Extent(run.target(), run.length())));
            image.encodedClusters()
                    .forEach(cluster ->
                            content.add(
                                    new Extent(cluster.containerOffset(), cluster.storedLength())));
        }
        return new Mutator(bytes, content);
    }

    private void readSome(ByteSource container) throws IOException {
        DiskImage image = ImageFormats.open(container, new Warnings());
        Guest.assertSound(image, container);
        ByteSource disk = image.disk();
        long end = 0;
        for (NamedExtent part : image.parts()) {
            assertThat(part.offset()).isGreaterThanOrEqualTo(end);
            end = part.end();
        }
        assertThat(end).isLessThanOrEqualTo(disk.length());
        DiskReads.readSome(disk, 16, "(?s).*(VHD|VDI|VMDK|vmdk|ploop|qcow2).*");
    }
}
