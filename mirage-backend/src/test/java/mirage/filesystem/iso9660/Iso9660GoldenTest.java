package mirage.filesystem.iso9660;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.GoldenChecks;
import mirage.filesystem.GoldenChecks.Facts;
import mirage.filesystem.GoldenImages;
import mirage.volume.FoundVolume;
import mirage.volume.Volume;
import mirage.volume.Volumes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What we show of each golden image is what was put on it, or what isoinfo reads of it. */
final class Iso9660GoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("iso9660");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(
                    GOLDENS,
                    Facts.WITHOUT_SIZE,
                    Map.of("udf-bridge", List.of("holds udf too, which is not read")));

    private static List<String> names() throws IOException {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatIsThere(String name) throws IOException {
        CHECKS.check(name);
    }

    /** One image for each feature: a feature that loses its image loses its test. */
    @Test
    void everyFeatureHasItsImage() throws IOException {
        assertThat(GOLDENS.names())
                .containsExactly(
                        "few",
                        "few-joliet",
                        "hybrid",
                        "joliet",
                        "level-3",
                        "plain",
                        "rock-ridge",
                        "rock-ridge-xorriso",
                        "sections",
                        "udf-bridge",
                        "zisofs");
    }

    @Test
    void onlyWhatIsCompressedIsEncoded() throws IOException {
        assertThat(files("zisofs"))
                .filteredOn(file -> file.content() instanceof Content.Encoded)
                .extracting(file -> file.path().toString())
                .contains("files/of-300000", "files/zeros");
        assertThat(files("hybrid")).noneMatch(file -> file.content() instanceof Content.Encoded);
    }

    @Test
    void whatIsNotCompressedHasNoOtherContent() throws IOException {
        FileSystem fileSystem = GOLDENS.open("zisofs");
        FileRecord plain =
                files("zisofs").stream()
                        .filter(file -> file.path().toString().equals("files/of-6"))
                        .findFirst()
                        .orElseThrow();
        assertThatThrownBy(() -> fileSystem.content(plain)).isInstanceOf(FormatException.class);
    }

    /** The partitions of a hybrid disc are places in it, and the disc is what it holds. */
    @Test
    void aHybridDiscIsOneVolume() throws IOException {
        ByteSource disk = ByteSources.of(GOLDENS.image("hybrid"));
        assertThat(Volumes.find(disk, _ -> true, new Warnings()))
                .extracting(FoundVolume::volume)
                .containsExactly(Volume.range("0", 0, disk.length(), Volumes.NO_TABLE, "", "", ""));
    }

    private static List<FileRecord> files(String name) throws IOException {
        List<FileRecord> files = new ArrayList<>();
        GOLDENS.open(name).walk(files::add);
        return files;
    }
}
