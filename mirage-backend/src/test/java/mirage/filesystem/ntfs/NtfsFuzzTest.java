package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.FileType;
import mirage.filesystem.GoldenImages;
import mirage.filesystem.WalkChecks;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whatever is written over an image, it is refused or shows a tree that keeps every promise of the interfaces. */
final class NtfsFuzzTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ntfs");
    private static final long INPUTS = 2000;

    @Test
    void mutatedImagesGiveAValueOrAFormatException() throws IOException {
        long[] shown = new long[1];
        long refused =
                Fuzz.run(
                        GOLDENS.names(),
                        NtfsFuzzTest::mutator,
                        INPUTS,
                        input -> {
                            FileSystem fileSystem = FileSystems.open(input, new Warnings());
                            if (fileSystem != null) {
                                shown[0] += WalkChecks.walk(fileSystem, input);
                            }
                        });
        assertThat(refused).isLessThan(shown[0]);
        assertThat(shown[0]).isPositive();
    }

    /** Of compressed content, what is stored is metadata too. */
    private static Mutator mutator(String name) throws IOException {
        byte[] image = GOLDENS.image(name);
        List<Extent> content = new ArrayList<>();
        FileSystem fileSystem = FileSystems.open(ByteSources.of(image), new Warnings());
        Objects.requireNonNull(fileSystem)
                .walk(file -> {
                    if (file.type() == FileType.REGULAR
                            && file.content() instanceof Content.Mapped mapped) {
                        mapped.map()
                                .runs()
                                .forEach(r -> content.add(new Extent(r.target(), r.length())));
                    }
                });
        return new Mutator(image, content);
    }
}
