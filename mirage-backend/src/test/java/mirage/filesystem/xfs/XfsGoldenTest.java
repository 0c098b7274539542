package mirage.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;
import mirage.filesystem.Listings;

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
    private static final Map<String, String> WARNINGS =
            Map.of("needs-repair", "says that it needs repair");

    private static List<String> names() throws IOException {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatTheKernelShows(String name) throws IOException {
        List<String> expected = GOLDENS.expected(name);
        ByteSource volume = ByteSources.of(GOLDENS.image(name));
        Warnings warnings = new Warnings();
        FileSystem fileSystem =
                Objects.requireNonNull(FileSystems.open(volume, warnings), "no file system");
        List<String> found = Listings.of(fileSystem, volume);

        assertThat(Listings.differences(expected.subList(1, expected.size()), found)).isEmpty();
        assertThat(facts(fileSystem)).isEqualTo(expected.getFirst());
        assertThat(fileSystem.sizeBytes()).isLessThanOrEqualTo(volume.length());
        if (WARNINGS.containsKey(name)) {
            assertThat(warnings.messages()).singleElement().asString().contains(WARNINGS.get(name));
        } else {
            assertThat(warnings.messages()).isEmpty();
        }
    }

    /** The comparison itself can fail: in each field, and in the number of paths. */
    @Test
    void comparisonSeesEveryField() throws IOException {
        List<String> expected = GOLDENS.expected("v5");
        List<String> paths = expected.subList(1, expected.size());
        String[] fields = paths.get(5).split("\t", -1);
        for (int i = 0; i < fields.length; i++) {
            String[] changed = fields.clone();
            changed[i] += "x";
            List<String> other = new ArrayList<>(paths);
            other.set(5, String.join("\t", changed));
            assertThat(Listings.differences(paths, other)).as("field %s", i).hasSize(1);
        }
        assertThat(Listings.differences(paths, paths.subList(0, 20))).hasSize(1);
    }

    private static String facts(FileSystem fileSystem) {
        return "# type="
                + fileSystem.type()
                + " label="
                + fileSystem.label()
                + " uuid="
                + fileSystem.uuid()
                + " block="
                + fileSystem.blockSizeBytes()
                + " blocks="
                + fileSystem.sizeBytes() / fileSystem.blockSizeBytes();
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
        ByteSource volume = ByteSources.of(GOLDENS.image("extents"));
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
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
        ByteSource volume = ByteSources.of(GOLDENS.image("reflink"));
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
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
        ByteSource volume = ByteSources.of(GOLDENS.image("v4"));
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
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
