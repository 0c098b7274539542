package mirage.filesystem.squashfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
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
final class SquashfsGoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("squashfs");
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
                        "blocks-1m",
                        "blocks-4k",
                        "directories",
                        "few",
                        "few-blocks",
                        "few-plain",
                        "gzip",
                        "lz4",
                        "lzo",
                        "no-attributes",
                        "no-exports",
                        "no-fragments",
                        "no-sparse",
                        "plain",
                        "plain-files",
                        "plain-fragments",
                        "tail-ends",
                        "xz",
                        "zstd");
    }

    /** Files that are stored as they are share their blocks with other images; holes stay holes. */
    @Test
    void whatIsStoredAsItIsIsMapped() throws IOException {
        for (FileRecord file : files("plain")) {
            assertThat(file.content()).as("%s", file.path()).isInstanceOf(Content.Mapped.class);
            if (file.path().toString().equals("more/zeros-around")) {
                assertThat(((Content.Mapped) file.content()).map().mappedBytes())
                        .isBetween(1L, file.size() / 2);
            }
        }
        assertThat(files("gzip"))
                .filteredOn(file -> file.content() instanceof Content.Encoded)
                .hasSizeGreaterThan(50);
    }

    @Test
    void contentIsReadFromAnyPlace() throws IOException {
        for (String name : List.of("gzip", "no-exports", "blocks-4k")) {
            FileSystem fileSystem = GOLDENS.open(name);
            FileRecord file = file(name, "more/text-then-noise");
            ByteSource content = fileSystem.content(file);
            ByteBuffer all = ByteBuffer.allocate((int) file.size());
            content.readFully(0, all);
            for (int at : new int[] {0, 1, 4095, 4096, 131071, 131072, 300000, 305999}) {
                ByteBuffer part = ByteBuffer.allocate(5000);
                int read = content.readAt(at, part);
                assertThat(read).isEqualTo(5000);
                assertThat(part.flip()).isEqualTo(all.slice(at, 5000));
            }
            assertThat(content.readAt(file.size() - 10, ByteBuffer.allocate(50))).isEqualTo(10);
            assertThat(content.readAt(file.size(), ByteBuffer.allocate(50))).isZero();
        }
    }

    @Test
    void holesOfEncodedFilesAreKnown() throws IOException {
        FileSystem fileSystem = GOLDENS.open("gzip");
        ByteSource content = fileSystem.content(file("gzip", "more/zeros-around"));
        assertThat(content.runAt(0)).isEqualTo(new ByteSource.Run(1 << 20, true));
        assertThat(content.runAt(5)).isEqualTo(new ByteSource.Run((1 << 20) - 5, true));
        assertThat(content.runAt(1 << 20).hole()).isFalse();
        long last = content.length() - 1;
        assertThat(content.runAt(last)).isEqualTo(new ByteSource.Run(1, false));
    }

    @Test
    void whatIsNotThereHasNoContent() throws IOException {
        FileSystem fileSystem = GOLDENS.open("gzip");
        FileRecord other = file("blocks-4k", "more/tail-7");
        FileRecord changed =
                new FileRecord(
                        other.path(),
                        other.inode() + 1,
                        other.type(),
                        other.mode(),
                        other.uid(),
                        other.gid(),
                        other.links(),
                        other.size(),
                        other.times(),
                        other.device(),
                        other.linkTarget(),
                        other.xattrs(),
                        other.content(),
                        other.flags());
        assertThatThrownBy(() -> fileSystem.content(changed)).isInstanceOf(FormatException.class);
    }

    private static FileRecord file(String name, String path) throws IOException {
        return files(name).stream()
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
