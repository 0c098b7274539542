package mirage.filesystem.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenChecks;
import mirage.filesystem.GoldenChecks.Facts;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What we show of each golden image is what the kernel shows of it. */
final class Ext4GoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ext4");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(
                    GOLDENS,
                    Facts.WITH_SIZE,
                    Map.of("needs-recovery", List.of("the journal needs recovery")));

    private static List<String> names() throws IOException {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatTheKernelShows(String name) throws IOException {
        CHECKS.check(name);
    }

    /** One image for each feature: a feature that loses its image loses its test. */
    @Test
    void everyFeatureHasItsImage() throws IOException {
        assertThat(GOLDENS.names())
                .containsExactly(
                        "bigalloc",
                        "blocks-64k",
                        "casefold",
                        "checksum-seed",
                        "directories",
                        "ea-inode",
                        "encrypted",
                        "ext2",
                        "ext2-old",
                        "ext3",
                        "ext4",
                        "ext4-1k",
                        "ext4-2k-inode-1024",
                        "flex-bg-off",
                        "inline-data",
                        "inline-holes",
                        "meta-bg",
                        "needs-recovery",
                        "no-checksums",
                        "orphan-file",
                        "populated",
                        "project-quota",
                        "sparse-super2",
                        "unwritten",
                        "verity");
    }

    @Test
    void whatIsNotWrittenIsAHole() throws IOException {
        List<String> holes = new ArrayList<>();
        GOLDENS.open("unwritten")
                .walk(file -> {
                    if (file.content() instanceof Content.Mapped mapped) {
                        long size = file.size();
                        long end =
                                mapped.map().runs().stream()
                                        .mapToLong(run -> run.end())
                                        .max()
                                        .orElse(0);
                        assertThat(end).isLessThanOrEqualTo((size + 4095) / 4096 * 4096);
                        if (mapped.map().mappedBytes() < size) {
                            holes.add(file.path() + " " + mapped.map().mappedBytes());
                        }
                    }
                });
        assertThat(holes).contains("unwritten 0", "partly 4096");
        assertThat(holes).anyMatch(hole -> hole.startsWith("punched "));
    }

    @Test
    void otherVolumesAreNotOurs() throws IOException {
        assertThat(FileSystems.open(ByteSources.zeros(0), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1500), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1 << 20), new Warnings())).isNull();
    }
}
