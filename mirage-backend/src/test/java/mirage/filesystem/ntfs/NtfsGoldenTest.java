package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenChecks;
import mirage.filesystem.GoldenChecks.Facts;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What we show of each golden image is what ntfs-3g shows of it. */
final class NtfsGoldenTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ntfs");
    private static final GoldenChecks CHECKS =
            new GoldenChecks(
                    GOLDENS,
                    Facts.WITH_SIZE,
                    Map.of(
                            "torn-boot-sector",
                            List.of("its copy at the end of the volume is used")));
    private static final int RECORD_BYTES = 1024;
    private static final int DATA = 0x80;

    private static List<String> names() throws IOException {
        return GOLDENS.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void showsWhatNtfs3gShows(String name) throws IOException {
        CHECKS.check(name);
    }

    private static FileSystem open(ByteSource volume, Warnings warnings) throws IOException {
        return Objects.requireNonNull(FileSystems.open(volume, warnings), "no file system");
    }

    /** One image for each feature: a feature that loses its image loses its test. */
    @Test
    void everyFeatureHasItsImage() throws IOException {
        assertThat(GOLDENS.names())
                .containsExactly(
                        "clusters-4k",
                        "clusters-512",
                        "clusters-64k",
                        "compressed",
                        "directories",
                        "few",
                        "fragments",
                        "partly-written",
                        "sectors-4096",
                        "special",
                        "table-list",
                        "torn-boot-sector");
    }

    @Test
    void contentIsWhereItsKindSays() throws IOException {
        Map<String, FileRecord> files = files(GOLDENS.image("clusters-512"));
        assertThat(content(files, "resident")).isInstanceOf(Content.Inline.class);
        assertThat(content(files, "a/of-100000")).isInstanceOf(Content.Mapped.class);
        assertThat(content(files, "compressed/text")).isInstanceOf(Content.Encoded.class);
        assertThat(content(files, "sparse/only-hole")).isEqualTo(Content.NONE);
        assertThat(((Content.Mapped) content(files, "sparse/hole")).map().mappedBytes())
                .isBetween(13L, 65536L);
    }

    /** It takes fewer bytes than it has, and its units of zeros none. */
    @Test
    void compressedContentTellsWhatItTakes() throws IOException {
        Map<String, FileRecord> files = files(GOLDENS.image("compressed"));
        assertThat(stored(files, "compressed/zeros")).isZero();
        assertThat(stored(files, "compressed/text")).isBetween(1L, 60_000L);
        assertThat(stored(files, "compressed/random")).isGreaterThan(98_304L);
        assertThat(content(files, "compressed/text:stream")).isInstanceOf(Content.Encoded.class);
    }

    /** Linux' tools cannot make one: the flag is set by hand. */
    @Test
    void encryptedContentIsFlagged() throws IOException {
        byte[] image = GOLDENS.image("clusters-4k");
        FileRecord plain = Objects.requireNonNull(files(image).get("a/of-100000"));
        ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int record = (int) (bytes.getLong(48) * 4096 + plain.inode() * RECORD_BYTES);
        int at = record + bytes.getChar(record + 20);
        while (bytes.getInt(at) != DATA) {
            at += bytes.getInt(at + 4);
        }
        bytes.putShort(at + 12, (short) 0x4000);
        FileRecord encrypted = Objects.requireNonNull(files(image).get("a/of-100000"));
        assertThat(encrypted.flags().encrypted()).isTrue();
        assertThat(encrypted.flags().damaged()).isFalse();
        assertThat(encrypted.content()).isEqualTo(plain.content());
    }

    /** A file that has no other name is shown by that for DOS, which ntfs-3g never does. */
    @Test
    void loneDosNameIsShown() throws IOException {
        byte[] image = GOLDENS.image("special");
        byte[] name = "unix-link".getBytes(StandardCharsets.UTF_16LE);
        int changed = 0;
        for (int at = 2; at < image.length - name.length; at++) {
            if (image[at - 2] == name.length / 2 && startsWith(image, at, name)) {
                image[at - 1] = 2;
                changed++;
            }
        }
        assertThat(changed).isPositive();
        assertThat(files(image)).containsKey("unix-link");
    }

    private static boolean startsWith(byte[] image, int at, byte[] name) {
        return ByteBuffer.wrap(image, at, name.length).equals(ByteBuffer.wrap(name));
    }

    @Test
    void otherVolumesAreNotOurs() throws IOException {
        assertThat(FileSystems.open(ByteSources.zeros(0), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(511), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1 << 20), new Warnings())).isNull();
    }

    private static Map<String, FileRecord> files(byte[] image) throws IOException {
        Map<String, FileRecord> files = new HashMap<>();
        open(ByteSources.of(image), new Warnings())
                .walk(file -> files.put(file.path().toString(), file));
        return files;
    }

    private static Content content(Map<String, FileRecord> files, String path) {
        return Objects.requireNonNull(files.get(path), path).content();
    }

    private static long stored(Map<String, FileRecord> files, String path) {
        return ((Content.Encoded) content(files, path)).stored().mappedBytes();
    }
}
