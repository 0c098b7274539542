package mirage.filesystem.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;
import mirage.filesystem.Listings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What we show of each golden image of FAT and exFAT is what the kernel shows of it. */
final class ClusterGoldenTest {
    private static final Set<String> WITH_WARNINGS = Set.of("codepage");

    private record Golden(String format, String name) {
        @Override
        public String toString() {
            return format + "/" + name;
        }
    }

    private static Stream<Golden> goldens() throws IOException {
        return Stream.concat(
                new GoldenImages("fat").names().stream().map(name -> new Golden("fat", name)),
                new GoldenImages("exfat").names().stream().map(name -> new Golden("exfat", name)));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void showsWhatTheKernelShows(Golden golden) throws IOException {
        GoldenImages images = new GoldenImages(golden.format);
        List<String> expected = images.expected(golden.name);
        ByteSource volume = ByteSources.of(images.image(golden.name));
        Warnings warnings = new Warnings();
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
        List<String> found = Listings.of(fileSystem, volume);

        assertThat(Listings.differences(expected.subList(1, expected.size()), found)).isEmpty();
        assertThat(facts(fileSystem)).isEqualTo(expected.getFirst());
        assertThat(fileSystem.sizeBytes()).isLessThanOrEqualTo(volume.length());
        assertThat(warnings.messages().isEmpty()).isNotEqualTo(WITH_WARNINGS.contains(golden.name));
    }

    private static String facts(FileSystem fileSystem) {
        return "# type="
                + fileSystem.type()
                + " label="
                + fileSystem.label()
                + " uuid="
                + fileSystem.uuid()
                + " block="
                + fileSystem.blockSizeBytes();
    }

    /** The numbers that stand for inodes tell files apart. */
    @ParameterizedTest
    @MethodSource("goldens")
    void everyFileHasItsNumber(Golden golden) throws IOException {
        ByteSource volume = ByteSources.of(new GoldenImages(golden.format).image(golden.name));
        Set<Long> numbers = new HashSet<>();
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
                .walk(file -> assertThat(numbers.add(file.inode())).as("%s", file).isTrue());
        assertThat(numbers).doesNotContain(0L);
    }

    /** One image for each feature: a feature that loses its image loses its test. */
    @Test
    void everyFeatureHasItsImage() throws IOException {
        assertThat(goldens().map(Golden::toString))
                .containsExactly(
                        "fat/codepage",
                        "fat/fat12",
                        "fat/fat12-most",
                        "fat/fat16-fewest",
                        "fat/fat32-fewest",
                        "exfat/clusters-4k");
    }

    @Test
    void timesThatNoCalendarHasCountOn() {
        assertThat(DosTime.of(0, 0, 0)).isEqualTo(new FileRecord.Time(315_532_800, 0));
        // the 31st of February 2024, 23:59:58, and 1.99 seconds
        assertThat(DosTime.of(44 << 9 | 2 << 5 | 31, 23 << 11 | 59 << 5 | 29, 199))
                .isEqualTo(new FileRecord.Time(1_709_423_999, 990_000_000));
    }
}
