package mirage.filesystem.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
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
import java.util.List;
import java.util.Map;

/** What we show of each golden image is what the kernel shows of it. */
final class ErofsGoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("erofs");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(GOLDENS, Facts.WITHOUT_SIZE, Map.of());

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
                        "chunk-indexes",
                        "chunks",
                        "compact-inodes",
                        "extended-inodes",
                        "few",
                        "few-indexed",
                        "few-tails",
                        "full-index",
                        "full-index-64k",
                        "lz4",
                        "lz4-16k-short",
                        "lz4hc-64k",
                        "no-attributes",
                        "no-inline-data",
                        "plain",
                        "tails",
                        "tails-64k");
    }

    @Test
    void whatIsNotCompressedIsMapped() throws IOException {
        assertThat(files("plain")).allMatch(file -> file.content() instanceof Content.Mapped);
        assertThat(files("lz4"))
                .filteredOn(file -> file.content() instanceof Content.Encoded)
                .hasSizeGreaterThan(10);
    }

    /** Equal chunks are stored once, those of zeros too. */
    @Test
    void equalChunksLieInOnePlace() throws IOException {
        List<FileRecord> files = files("chunks");
        assertThat(map(files, "more/text")).isEqualTo(map(files, "more/same-text"));
        ExtentMap zeros = map(files, "more/zeros-around");
        assertThat(zeros.run(0).target()).isEqualTo(zeros.run(1).target());
    }

    private static ExtentMap map(List<FileRecord> files, String path) {
        return ((Content.Mapped) named(files, path).content()).map();
    }

    @Test
    void contentIsReadFromAnyPlace() throws IOException {
        for (String name : List.of("lz4", "lz4hc-64k", "full-index", "tails")) {
            FileSystem fileSystem = GOLDENS.open(name);
            ByteSource content = fileSystem.content(named(files(name), "more/text-then-noise"));
            ByteBuffer all = ByteBuffer.allocate((int) content.length());
            content.readFully(0, all);
            for (int at : new int[] {306_000, 1, 4095, 300_001, 4096, 131_071, 0}) {
                ByteBuffer part = ByteBuffer.allocate(5000);
                int read = content.readAt(at, part);
                assertThat(read).isEqualTo(5000);
                assertThat(part.flip()).isEqualTo(all.slice(at, 5000));
            }
            assertThat(content.readAt(content.length() - 10, ByteBuffer.allocate(50)))
                    .isEqualTo(10);
            assertThat(content.readAt(content.length(), ByteBuffer.allocate(50))).isZero();
        }
    }

    private static FileRecord named(List<FileRecord> files, String path) {
        return files.stream()
                .filter(file -> file.path().toString().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static List<FileRecord> files(String name) throws IOException {
        List<FileRecord> files = new ArrayList<>();
        GOLDENS.open(name)
                .walk(file -> {
                    if (file.type() == FileType.REGULAR) {
                        files.add(file);
                    }
                });
        return files;
    }
}
