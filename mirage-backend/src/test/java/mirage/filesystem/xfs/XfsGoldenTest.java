package mirage.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What we show of each golden image is what the kernel shows of it. */
final class XfsGoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("xfs");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(
                    GOLDENS,
                    Facts.WITH_SIZE,
                    Map.of("needs-repair", List.of("says that it needs repair")));

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
                        "attributes",
                        "blocks-1k",
                        "directories",
                        "directory-blocks-64k",
                        "dirty-log",
                        "extents",
                        "few",
                        "few-1k",
                        "inodes-2048",
                        "meta-uuid",
                        "needs-repair",
                        "old-times",
                        "reflink",
                        "v4",
                        "v4-attributes",
                        "v4-file-types",
                        "v5");
    }

    @Test
    void whatIsNotWrittenIsAHole() throws IOException {
        List<String> holes = new ArrayList<>();
        GOLDENS.open("extents")
                .walk(file -> {
                    if (file.content() instanceof Content.Mapped mapped
                            && mapped.map().mappedBytes() < file.size()) {
                        holes.add(file.path() + " " + mapped.map().mappedBytes());
                    }
                });
        assertThat(holes).contains("unwritten 0", "few 5120");
        assertThat(holes).anyMatch(hole -> hole.startsWith("partly "));
        assertThat(holes).anyMatch(hole -> hole.startsWith("punched "));
    }

    /** Copies by reference lie where the original does, but for what was changed in them. */
    @Test
    void copiesByReferenceShareTheirBlocks() throws IOException {
        Map<String, ExtentMap> maps = new HashMap<>();
        GOLDENS.open("reflink")
                .walk(file -> {
                    if (file.content() instanceof Content.Mapped mapped) {
                        maps.put(file.path().toString(), mapped.map());
                    }
                });
        assertThat(maps.get("copy")).isEqualTo(maps.get("original"));
        assertThat(maps.get("changed")).isNotEqualTo(maps.get("original"));
        long first = Objects.requireNonNull(maps.get("own")).run(0).target();
        assertThat(Objects.requireNonNull(maps.get("own")).runs())
                .anyMatch(run -> run.offset() == 512 << 10 && run.target() == first);
    }

    /** Version 4 keeps no time of creation. */
    @Test
    void createdIsUnknownInVersion4() throws IOException {
        GOLDENS.open("v4")
                .walk(file -> {
                    assertThat(file.times().created()).isEqualTo(FileRecord.Time.UNKNOWN);
                    assertThat(file.times().modified().seconds()).isPositive();
                });
    }

    @Test
    void otherVolumesAreNotOurs() throws IOException {
        assertThat(FileSystems.open(ByteSources.zeros(0), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1500), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1 << 20), new Warnings())).isNull();
    }
}
