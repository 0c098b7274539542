package mirage.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.FileType;
import mirage.filesystem.GoldenChecks;
import mirage.filesystem.GoldenChecks.Facts;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** What we show of each golden image is what the kernel shows of it. */
final class BtrfsGoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("btrfs");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(
                    GOLDENS,
                    Facts.WITH_SIZE,
                    Map.of(
                            "log", List.of("a log waits to be replayed"),
                            "one-of-two", List.of("this is one of 2 devices")));

    private static List<String> names() throws IOException {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatTheKernelShows(String name) throws IOException {
        CHECKS.check(name, BtrfsListings::of);
    }

    /** One image for each feature: a feature that loses its image loses its test. */
    @Test
    void everyFeatureHasItsImage() throws IOException {
        assertThat(GOLDENS.names())
                .containsExactly(
                        "blake2",
                        "compressed",
                        "directories",
                        "duplicated",
                        "explicit-holes",
                        "extents",
                        "few",
                        "few-compressed",
                        "log",
                        "metadata-uuid",
                        "mixed",
                        "nodes-16k",
                        "nodes-64k",
                        "one-of-two",
                        "seed",
                        "sha256",
                        "subvolumes",
                        "xxhash");
    }

    /** Hard links of one file share a number, and no other two files do, though subvolumes count anew. */
    @Test
    void inodesAreTheirOwnAcrossSubvolumes() throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        walk("subvolumes", file -> numbers.put(file.path().toString(), file.inode()));
        assertThat(numbers.get("moved/hard")).isEqualTo(numbers.get("moved/file"));
        assertThat(numbers.get("d/hard")).isEqualTo(numbers.get("d/file"));
        assertThat(numbers.get("again/file")).isNotEqualTo(numbers.get("moved/file"));
        Map<Long, Integer> names = new HashMap<>();
        numbers.values().forEach(number -> names.merge(number, 1, Integer::sum));
        walk(
                "subvolumes",
                file -> {
                    // All that stand for missing subvolumes of one subvolume have its inode 2.
                    if ((file.inode() & 0xff_ffff_ffffL) != 2) {
                        assertThat(names.get(file.inode()))
                                .as(file.path().toString())
                                .isLessThanOrEqualTo((int) file.links());
                    }
                });
    }

    /** Copies by reference and snapshots lie where the original does. */
    @Test
    void whatIsSharedHasOnePlace() throws IOException {
        Map<String, ExtentMap> maps = maps("extents");
        assertThat(maps.get("copy")).isEqualTo(maps.get("original"));
        assertThat(maps.get("changed")).isNotEqualTo(maps.get("original"));
        Map<String, ExtentMap> snapshots = maps("subvolumes");
        ExtentMap shared = snapshots.get("moved/shared");
        assertThat(shared).isNotNull();
        assertThat(List.of("again/shared", "read-only/shared", "borrowed"))
                .allSatisfy(path -> assertThat(snapshots.get(path)).isEqualTo(shared));
    }

    @Test
    void whatIsNotWrittenIsAHole() throws IOException {
        Map<String, ExtentMap> maps = maps("extents");
        assertThat(maps.get("unwritten")).isEqualTo(ExtentMap.EMPTY);
        assertThat(Objects.requireNonNull(maps.get("partly")).mappedBytes()).isEqualTo(4096);
        assertThat(Objects.requireNonNull(maps.get("punched")).mappedBytes()).isLessThan(520_000);
        assertThat(Objects.requireNonNull(maps.get("many")).runCount()).isGreaterThan(100);
    }

    /** Each algorithm made what it is tested with: files that are encoded, and files that are in the tree. */
    @Test
    void filesAreEncodedByEachAlgorithm() throws IOException {
        Map<String, Integer> encoded = new HashMap<>();
        Map<String, Integer> inline = new HashMap<>();
        walk(
                "compressed",
                file -> {
                    String directory = file.path().toString().replaceFirst("/.*", "");
                    if (file.content() instanceof Content.Encoded) {
                        encoded.merge(directory, 1, Integer::sum);
                    } else if (file.content() instanceof Content.Inline) {
                        inline.merge(directory, 1, Integer::sum);
                    }
                });
        for (String how : List.of("zlib", "lzo", "zstd")) {
            assertThat(encoded.get(how)).as(how).isGreaterThan(10);
            assertThat(inline.get(how)).as(how).isGreaterThan(2);
        }
        assertThat(encoded.get("property")).isEqualTo(1);
        assertThat(encoded.get("plain")).isNull();
    }

    /** Any part of an encoded file reads as that part of all of it. */
    @Test
    void encodedFilesAreReadByPosition() throws IOException {
        FileSystem fileSystem = GOLDENS.open("compressed");
        List<FileRecord> encoded = new ArrayList<>();
        fileSystem.walk(file -> {
            if (file.content() instanceof Content.Encoded) {
                encoded.add(file);
            }
        });
        SplittableRandom random = new SplittableRandom(1);
        for (FileRecord file : encoded) {
            ByteSource content = fileSystem.content(file);
            assertThat(content.length()).isEqualTo(file.size());
            byte[] all = new byte[(int) file.size()];
            content.readFully(0, ByteBuffer.wrap(all));
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(all.length);
                int length = random.nextInt(1, 200_000);
                ByteBuffer part = ByteBuffer.allocate(length);
                int expected = Math.min(length, all.length - from);
                assertThat(content.readAt(from, part)).isEqualTo(expected);
                assertThat(part.flip())
                        .as("%s from %d", file.path(), from)
                        .isEqualTo(ByteBuffer.wrap(all, from, expected));
            }
            assertThat(content.readAt(file.size(), ByteBuffer.allocate(1))).isZero();
        }
        assertThat(encoded).hasSizeGreaterThan(50);
    }

    @Test
    void onlyRegularFilesHaveContent() throws IOException {
        FileSystem fileSystem = GOLDENS.open("mixed");
        List<FileRecord> links = new ArrayList<>();
        fileSystem.walk(file -> {
            if (file.type() == FileType.SYMLINK) {
                links.add(file);
            }
        });
        assertThatThrownBy(() -> fileSystem.content(links.getFirst()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is no regular file");
    }

    @Test
    void otherVolumesAreNotOurs() throws IOException {
        assertThat(FileSystems.open(ByteSources.zeros(65_600), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1 << 20), new Warnings())).isNull();
    }

    private static Map<String, ExtentMap> maps(String name) throws IOException {
        Map<String, ExtentMap> maps = new HashMap<>();
        walk(
                name,
                file -> {
                    if (file.content() instanceof Content.Mapped mapped) {
                        maps.put(file.path().toString(), mapped.map());
                    }
                });
        return maps;
    }

    private static void walk(String name, FileSystem.FileVisitor visitor) throws IOException {
        GOLDENS.open(name).walk(visitor);
    }
}
