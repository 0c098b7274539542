package mirage.image.wrapped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.image.inspect.FormatMatch;
import mirage.image.inspect.ImageInspector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What the commands compressed is decoded to what it was, and what is damaged is not taken for less or for something else. */
final class WrappingTest {
    private static final String DIRECTORY = "wrapped";
    private static final String REFUSED = "wrapped/refused";

    static List<String> whole() {
        return GoldenFiles.names(DIRECTORY, ".img");
    }

    static List<String> refused() {
        return GoldenFiles.names(REFUSED, ".img");
    }

    private static byte[] image(String directory, String name) throws IOException {
        return GoldenFiles.unpacked(directory + "/" + name + ".img");
    }

    private static byte[] decoded(byte[] image) throws IOException {
        ByteSource source = ByteSources.of(image);
        try (InputStream in = Objects.requireNonNull(Wrapping.of(source)).open(source)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @MethodSource("whole")
    void whatTheCommandsMakeIsDecoded(String name) throws IOException {
        byte[] image = image(DIRECTORY, name);
        assertThat(Objects.requireNonNull(Wrapping.of(ByteSources.of(image))).label())
                .isEqualTo(name.replaceFirst("-.*", ""));
        assertThat(Arrays.mismatch(decoded(image), GoldenFiles.unpacked("ext4/ext2-old.img")))
                .isEqualTo(-1);
    }

    /** Some readers take bytes one by one. */
    @ParameterizedTest
    @MethodSource("whole")
    void singleBytesAreTheSame(String name) throws IOException {
        byte[] expected = GoldenFiles.unpacked("ext4/ext2-old.img");
        ByteSource source = ByteSources.of(image(DIRECTORY, name));
        try (InputStream in = Objects.requireNonNull(Wrapping.of(source)).open(source)) {
            for (int at = 0; at < 5000; at++) {
                assertThat(in.read()).as("at %d", at).isEqualTo(expected[at] & 0xff);
            }
            assertThat(in.readAllBytes()).hasSize(expected.length - 5000);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** Every place where a file can be cut. */
    @ParameterizedTest
    @CsvSource({"gzip-all-fields", "bzip2", "xz", "zstd"})
    void noBeginningPassesForTheWhole(String name) throws IOException {
        byte[] image = image(DIRECTORY, name);
        for (int length = 10; length < image.length; length++) {
            byte[] beginning = Arrays.copyOf(image, length);
            assertThatThrownBy(() -> decoded(beginning))
                    .as("%d bytes of %d", length, image.length)
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip-cut-in-half           | goes on behind the end",
                "gzip-last-byte-missing     | goes on behind the end",
                "gzip-header-cut            | goes on behind the end",
                "gzip-extra-behind-end      | goes on behind the end",
                "gzip-name-without-end      | goes on behind the end",
                "gzip-second-member-cut     | goes on behind the end",
                "gzip-garbage-behind        | gzip member expected, found magic 6761",
                "gzip-garbage-behind-zeros  | other bytes behind",
                "gzip-damaged-data          | gzip member",
                "gzip-checksum-wrong        | gzip member with CRC-32",
                "gzip-length-wrong          | modulo 4 GiB",
                "gzip-reserved-flag         | flags 88",
                "bzip2-cut-in-half          | end",
                "bzip2-last-byte-missing    | end",
                "bzip2-garbage-behind       | Unexpected data",
                "bzip2-damaged-data         | ''",
                "bzip2-checksum-wrong       | CRC",
                "bzip2-no-symbols           | ''",
                "xz-garbage-behind          | ''",
                "xz-damaged-data            | ''",
                "xz-dictionary-of-1-gib     | memory",
                "xz-dictionary-of-4-gib     | unsupported",
                "xz-header-checksum-wrong   | corrupt",
                "xz-index-wrong             | corrupt",
                "zstd-cut-in-half           | ''",
                "zstd-last-byte-missing     | ''",
                "zstd-garbage-behind        | frame",
                "zstd-damaged-data          | ''",
                "zstd-checksum-wrong        | checksum",
                "zstd-dictionary-wanted     | ''",
                "zstd-reserved-bit          | ''",
                "zstd-window-of-2-gib       | memory",
            })
    void whatIsDamagedIsRefused(String name, String why) throws IOException {
        byte[] image = image(REFUSED, name);
        assertThatThrownBy(() -> decoded(image))
                .isInstanceOf(IOException.class)
                .message()
                .containsIgnoringCase(why);
    }

    @Test
    void whatIsNoneIsNotTaken() throws IOException {
        List<byte[]> others = new ArrayList<>();
        others.add(new byte[0]);
        others.add(new byte[] {0x1f});
        others.add("BZh".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        others.add(
                "BZh9 is how a text may begin"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        others.add(GoldenFiles.unpacked("ext4/ext2-old.img"));
        for (byte[] other : others) {
            assertThat(Wrapping.of(ByteSources.of(other))).isNull();
        }
    }

    /** Glance does not look into compressed images, and takes them for raw; so it is here, whatever is in them. */
    @Test
    void theInspectorTakesThemForRaw() throws IOException {
        List<String> names = new ArrayList<>();
        whole().forEach(name -> names.add(DIRECTORY + "/" + name));
        refused().forEach(name -> names.add(REFUSED + "/" + name));
        assertThat(names).hasSizeGreaterThan(50);
        for (String name : names) {
            FormatMatch found =
                    ImageInspector.inspect(ByteSources.of(GoldenFiles.unpacked(name + ".img")))
                            .decided();
            assertThat(found).as(name).isNotNull();
            assertThat(Objects.requireNonNull(found).format()).as(name).isEqualTo("raw");
            assertThat(found.isSafe()).as(name).isTrue();
        }
    }
}
