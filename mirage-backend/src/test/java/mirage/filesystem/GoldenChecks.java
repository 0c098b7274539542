package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.Listings.Lister;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks that what we show of a golden image is what another program showed of it, and what we say of it as a whole. */
public final class GoldenChecks {
    private final GoldenImages goldens;
    private final Facts facts;
    private final Map<String, List<String>> warnings;

    /** What the first line of an expected listing says of the file system. */
    public enum Facts {
        WITHOUT_SIZE,
        /** The number of blocks comes last. */
        WITH_SIZE;

        private String of(FileSystem fileSystem) {
            String facts =
                    "# type="
                            + fileSystem.type()
                            + " label="
                            + fileSystem.label()
                            + " uuid="
                            + fileSystem.uuid()
                            + " block="
                            + fileSystem.blockSizeBytes();
            return this == WITHOUT_SIZE
                    ? facts
                    : facts + " blocks=" + fileSystem.sizeBytes() / fileSystem.blockSizeBytes();
        }
    }

    /**
     * @param warnings of each image that is warned of, a part of every warning, in their order
     */
    public GoldenChecks(GoldenImages goldens, Facts facts, Map<String, List<String>> warnings) {
        this.goldens = goldens;
        this.facts = facts;
        this.warnings = warnings;
    }

    public void check(String name) throws IOException {
        check(name, Listings::of);
    }

    public void check(String name, Lister lister) throws IOException {
        List<String> expected = goldens.expected(name);
        ByteSource volume = ByteSources.of(goldens.image(name));
        Warnings told = new Warnings();
        FileSystem fileSystem =
                Objects.requireNonNull(FileSystems.open(volume, told), "no file system");
        List<String> found = lister.list(fileSystem, volume);

        assertThat(Listings.differences(expected.subList(1, expected.size()), found)).isEmpty();
        assertThat(facts.of(fileSystem)).isEqualTo(expected.getFirst());
        assertThat(fileSystem.sizeBytes()).isLessThanOrEqualTo(volume.length());
        assertThat(told.messages())
                .zipSatisfy(
                        warnings.getOrDefault(name, List.of()),
                        (message, part) -> assertThat(message).contains(part));
    }
}
