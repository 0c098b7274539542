package mirage.filesystem.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.filesystem.FileRecord;
import mirage.filesystem.GoldenChecks;
import mirage.filesystem.GoldenChecks.Facts;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What we show of each golden image of FAT and exFAT is what the kernel shows of it. */
final class ClusterGoldenTest {
    private static final Map<String, List<String>> WARNINGS =
            Map.of(
                    "codepage",
                    List.of(
                            "26304: the long name before it is not its own",
                            "26368: the long name before it is not its own"));

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
        new GoldenChecks(new GoldenImages(golden.format), Facts.WITHOUT_SIZE, WARNINGS)
                .check(golden.name);
    }

    /** The numbers that stand for inodes tell files apart. */
    @ParameterizedTest
    @MethodSource("goldens")
    void everyFileHasItsNumber(Golden golden) throws IOException {
        Set<Long> numbers = new HashSet<>();
        new GoldenImages(golden.format)
                .open(golden.name)
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
