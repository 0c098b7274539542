package mirage.filesystem.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What we show of each golden image is what the kernel shows of it. */
final class Ext4GoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ext4");
    private static final Map<String, String> WARNINGS =
            Map.of("needs-recovery", "the journal needs recovery");

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
        List<String> expected = GOLDENS.expected("ext4");
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
        ByteSource volume = ByteSources.of(GOLDENS.image("unwritten"));
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
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
