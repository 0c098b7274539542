package mirage.filesystem.ntfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/ntfs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class NtfsDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ntfs");
    private static final List<String> NUMBERED =
            IntStream.range(0, 40).mapToObj(i -> numbered("a/" + "n".repeat(60), i, "")).toList();
    private static final List<String> STREAMS =
            IntStream.range(0, 24)
                    .mapToObj(i -> numbered("many:stream number ", i, " with a long name"))
                    .toList();
    private static final List<String> IN_A = joined(List.of("a/b", "a/inner"), NUMBERED);
    private static final List<String> WHOLE =
            joined(
                    List.of("", "a"),
                    IN_A,
                    List.of("c", "c/leaf", "few", "junction", "link", "many"),
                    STREAMS,
                    List.of("ok", "p", "p/packed", "two", "two:stream"));

    /** In the block of the directory that also has {@code a/inner}. */
    private static final List<String> IN_FIRST_BLOCK =
            joined(List.of("a/b", "a/inner"), NUMBERED.subList(0, 9));

    /**
     * @param warning part of a warning, or of the refusal
     * @param paths shown, those flagged as damaged with an exclamation mark; empty when the image is refused
     */
    private record Rule(String name, String warning, List<String> paths) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String numbered(String before, int number, String after) {
        return before + String.format(Locale.ROOT, "%02d", number) + after;
    }

    @SafeVarargs
    private static List<String> joined(List<String>... parts) {
        return Stream.of(parts).flatMap(Collection::stream).toList();
    }

    private static Rule refused(String name, String message) {
        return new Rule(name, message, List.of());
    }

    private static Rule whole(String name, String warning) {
        return new Rule(name, warning, WHOLE);
    }

    private static Rule without(String name, String warning, String missing) {
        List<String> paths = new ArrayList<>(WHOLE);
        paths.remove(missing);
        return new Rule(name, warning, paths);
    }

    /** One path is flagged, and others may be missing. */
    private static Rule damaged(String name, String warning, String path, List<String> missing) {
        List<String> paths = new ArrayList<>(WHOLE);
        paths.removeAll(missing);
        paths.replaceAll(shown -> shown.equals(path) ? path + "!" : shown);
        return new Rule(name, warning, paths);
    }

    private static Rule damaged(String name, String warning, String path) {
        return damaged(name, warning, path, List.of());
    }

    private static Rule damagedLeaf(String name, String warning) {
        return damaged(name, warning, "c", List.of("c/leaf"));
    }

    private static Rule damagedBlock(String name, String warning) {
        return damaged(name, warning, "a", IN_FIRST_BLOCK);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                damaged("attribute-length-0", "makes no sense: 0", "ok"),
                damaged("attribute-length-past-end", "makes no sense: 1048576", "ok"),
                damaged("attribute-name-past-end", "510 bytes at 0 are outside its 32", "ok"),
                damaged("attribute-value-past-end", "2147483648 bytes at 24", "ok"),
                damaged("attributes-without-end", "an attribute at 224 of a length", "ok"),
                refused("boot-cluster-size-absurd", "sectors per cluster at 13"),
                refused("boot-cluster-size-odd", "sectors per cluster at 13"),
                refused("boot-record-size-absurd", "size of MFT records at 64"),
                refused("boot-sector-size-0", "bytes per sector at 11"),
                whole("boot-sector-torn", "its copy at the end of the volume is used"),
                refused("boot-sectors-negative", "sectors at 40"),
                refused("boot-table-past-end", "cluster of $MFT at 48"),
                damaged("content-kept-elsewhere", "a reparse point of tag 0x80000017", "few"),
                without("directory-loop", "a loop, or a second parent", "ok"),
                without("entry-to-no-record", "record 140737488355327 is outside the MFT", "ok"),
                damaged("index-bitmap-missing", "the bitmap of its blocks is missing", "a", IN_A),
                damagedBlock("index-block-magic-wrong", "found 0x58585858"),
                damagedBlock("index-block-of-another-place", "it is block 777, expected 0"),
                damaged("index-block-past-end", "not all blocks have a place", "a", IN_A),
                damaged("index-block-size-absurd", "65536 bytes expected, found 3", "a", IN_A),
                damagedBlock("index-block-torn", "torn write"),
                damagedBlock("index-entries-past-block", "entries up to 1048600 in 4096 bytes"),
                damagedLeaf("index-entries-past-root", "entries up to 2147483664 in 144 bytes"),
                damagedLeaf("index-entry-length-0", "found one of 0 bytes"),
                damagedLeaf("index-entry-name-too-long", "found one of 96 bytes"),
                damagedLeaf("index-entry-without-name", "found one of 96 bytes"),
                damaged("index-last-entry-missing", "no last entry", "c"),
                damagedLeaf("index-name-with-nul", "or NUL"),
                damagedLeaf("index-name-with-slash", "holds '/'"),
                damagedLeaf("index-of-another-kind", "an index of names expected, found 0x99"),
                damagedLeaf("index-root-missing", "the root of its index is missing"),
                damaged(
                        "list-entry-length-0",
                        "a length that makes no sense: 0",
                        "many",
                        STREAMS.subList(5, 24)),
                damaged(
                        "list-huge",
                        "attribute 0x20 of up to 262144 bytes expected",
                        "many",
                        STREAMS.subList(5, 24)),
                damaged("list-to-no-record", "record 140737488355328 is outside the MFT", "many"),
                damaged("list-to-record-of-another", "is said to continue it", "many"),
                whole("log-dirty", "work that is not finished"),
                whole("log-of-another-kind", "a page of restarts expected, found 0x58585858"),
                without("name-of-dos-only", "is of use 1, use 9 expected", "ok"),
                damaged("packed-size-absurd", "a size of 9223372036854775807", "p/packed"),
                without("record-attributes-past-end", "found them from 4000 to", "ok"),
                without("record-continues-another", "continues record 70 and is no file", "ok"),
                without("record-free", "is free", "ok"),
                without("record-magic-wrong", "found 0x44414142", "ok"),
                without("record-of-another-use", "is of use 77, use 1 expected", "ok"),
                without("record-torn", "torn write", "ok"),
                without("record-update-sequence-absurd", "found 500 at 48", "ok"),
                without("record-used-past-end", "to 1073741824", "ok"),
                damaged("reparse-point-cut-off", "a reparse point of 4 bytes", "junction"),
                damaged("reparse-target-past-end", "does not say where to", "junction"),
                refused("root-free", "is free"),
                refused("root-not-a-directory", "a directory expected"),
                damaged("run-header-absurd", "a run of clusters at 0 that makes no sense", "few"),
                damaged("run-length-negative", "a run of -128 clusters", "few"),
                damaged("run-past-end", "1 blocks from 134217727 are outside the volume", "few"),
                damaged("runs-from-the-middle", "the begin of attribute 0x80 expected", "few"),
                damaged("runs-missing", "clusters expected, found 0", "few"),
                damaged("runs-overlap", "extents overlap", "few"),
                damaged("size-absurd", "runs of 4503599627370496 clusters expected", "few"),
                damaged("size-negative", "sizes that are not negative expected, found -1", "few"),
                without("stream-name-with-colon", "holds ':', '/' or NUL", "two:stream"),
                damaged(
                        "streams-by-one-name",
                        "expected among its 2 parts",
                        "two",
                        List.of("two:stream")),
                refused("table-past-end", "record 5 is outside the MFT"),
                refused("table-record-and-copy-torn", "torn write"),
                whole("table-record-torn", "its copy in $MFTMirr is used"),
                refused("table-without-runs", "record 5 is outside the MFT"),
                damaged("times-missing", "its times are missing", "ok"),
                damaged("unit-absurd", "found 2^60 clusters", "p/packed"),
                whole("volume-cut-off", "volume ends at 2093056"),
                whole("volume-dirty", "it is marked as dirty"),
                whole("volume-file-torn", "$Volume: record 3"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void damageIsNamedAndTouchesNothingElse(Rule rule) throws IOException {
        ByteSource volume = ByteSources.of(GOLDENS.damagedImage(rule.name));
        Warnings warnings = new Warnings();
        List<String> paths = new ArrayList<>();
        if (rule.paths.isEmpty()) {
            assertThatThrownBy(() -> walk(volume, warnings, paths))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining(rule.warning);
        } else {
            walk(volume, warnings, paths);
            assertThat(warnings.messages()).anyMatch(warning -> warning.contains(rule.warning));
        }
        assertThat(paths).isEqualTo(rule.paths);
    }

    @Test
    void everyImageHasItsRule() throws IOException {
        TreeSet<String> ruled = new TreeSet<>(rules().map(Rule::name).toList());
        assertThat(GOLDENS.damagedNames()).containsExactlyElementsOf(ruled);
    }

    private static void walk(ByteSource volume, Warnings warnings, List<String> paths)
            throws IOException {
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
        fileSystem.walk(file -> paths.add(file.path() + (file.flags().damaged() ? "!" : "")));
    }
}
