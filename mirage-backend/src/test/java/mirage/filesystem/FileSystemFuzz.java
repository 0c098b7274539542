package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.Extent;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Whatever is written over an image, it is refused, or shows a tree that keeps every promise of the interfaces:
 * {@link WalkChecks}. {@link Fuzz} says how to run more of it.
 */
public final class FileSystemFuzz {
    private FileSystemFuzz() {}

    /**
     * @param names of images, whose metadata is mutated
     */
    public static void run(GoldenImages goldens, List<String> names, long inputs)
            throws IOException {
        long[] shown = new long[1];
        long refused =
                Fuzz.run(
                        names,
                        name -> mutator(goldens.image(name)),
                        inputs,
                        input -> {
                            FileSystem fileSystem = FileSystems.open(input, new Warnings());
                            if (fileSystem != null) {
                                shown[0] += WalkChecks.walk(fileSystem, input);
                            }
                        });
        assertThat(refused).isLessThan(shown[0]);
        assertThat(shown[0]).isPositive();
    }

    /** Spares most content that lies in the volume as it is; of encoded content, what is stored is metadata too. */
    private static Mutator mutator(byte[] image) throws IOException {
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
