package mirage.filesystem.ntfs;

import mirage.filesystem.DamagedImages;
import mirage.filesystem.DamagedImages.Rule;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/ntfs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class NtfsDamageTest {
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
    private static final DamagedImages IMAGES = new DamagedImages(new GoldenImages("ntfs"), WHOLE);

    /** In the block of the directory that also has {@code a/inner}. */
    private static final List<String> IN_FIRST_BLOCK =
            joined(List.of("a/b", "a/inner"), NUMBERED.subList(0, 9));

    private static String numbered(String before, int number, String after) {
        return before + String.format(Locale.ROOT, "%02d", number) + after;
    }

    @SafeVarargs
    private static List<String> joined(List<String>... parts) {
        return Stream.of(parts).flatMap(Collection::stream).toList();
    }

    private static Rule damagedLeaf(String name, String message) {
        return IMAGES.damaged(name, message, "c", "c/leaf");
    }

    private static Rule damagedBlock(String name, String message) {
        return IMAGES.damaged(name, message, "a", IN_FIRST_BLOCK);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                IMAGES.damaged("attribute-length-0", "makes no sense: 0", "ok"),
                IMAGES.damaged("attribute-length-past-end", "makes no sense: 1048576", "ok"),
                IMAGES.damaged(
                        "attribute-name-past-end", "510 bytes at 0 are outside its 32", "ok"),
                IMAGES.damaged("attribute-value-past-end", "2147483648 bytes at 24", "ok"),
                IMAGES.damaged("attributes-without-end", "an attribute at 224 of a length", "ok"),
                IMAGES.refused("boot-cluster-size-absurd", "sectors per cluster at 13"),
                IMAGES.refused("boot-cluster-size-odd", "sectors per cluster at 13"),
                IMAGES.refused("boot-record-size-absurd", "size of MFT records at 64"),
                IMAGES.refused("boot-sector-size-0", "bytes per sector at 11"),
                IMAGES.whole("boot-sector-torn", "its copy at the end of the volume is used"),
                IMAGES.refused("boot-sectors-negative", "sectors at 40"),
                IMAGES.refused("boot-table-past-end", "cluster of $MFT at 48"),
                IMAGES.damaged(
                        "content-kept-elsewhere", "a reparse point of tag 0x80000017", "few"),
                IMAGES.without("directory-loop", "a loop, or a second parent", "ok"),
                IMAGES.without(
                        "entry-to-no-record", "record 140737488355327 is outside the MFT", "ok"),
                IMAGES.damaged(
                        "index-bitmap-missing", "the bitmap of its blocks is missing", "a", IN_A),
                damagedBlock("index-block-magic-wrong", "found 0x58585858"),
                damagedBlock("index-block-of-another-place", "it is block 777, expected 0"),
                IMAGES.damaged("index-block-past-end", "not all blocks have a place", "a", IN_A),
                IMAGES.damaged(
                        "index-block-size-absurd", "65536 bytes expected, found 3", "a", IN_A),
                damagedBlock("index-block-torn", "torn write"),
                damagedBlock("index-entries-past-block", "entries up to 1048600 in 4096 bytes"),
                damagedLeaf("index-entries-past-root", "entries up to 2147483664 in 144 bytes"),
                damagedLeaf("index-entry-length-0", "found one of 0 bytes"),
                damagedLeaf("index-entry-name-too-long", "found one of 96 bytes"),
                damagedLeaf("index-entry-without-name", "found one of 96 bytes"),
                IMAGES.damaged("index-last-entry-missing", "no last entry", "c"),
                damagedLeaf("index-name-with-nul", "or NUL"),
                damagedLeaf("index-name-with-slash", "holds '/'"),
                damagedLeaf("index-of-another-kind", "an index of names expected, found 0x99"),
                damagedLeaf("index-root-missing", "the root of its index is missing"),
                IMAGES.damaged(
                        "list-entry-length-0",
                        "a length that makes no sense: 0",
                        "many",
                        STREAMS.subList(5, 24)),
                IMAGES.damaged(
                        "list-huge",
                        "attribute 0x20 of up to 262144 bytes expected",
                        "many",
                        STREAMS.subList(5, 24)),
                IMAGES.damaged(
                        "list-to-no-record", "record 140737488355328 is outside the MFT", "many"),
                IMAGES.damaged("list-to-record-of-another", "is said to continue it", "many"),
                IMAGES.whole("log-dirty", "work that is not finished"),
                IMAGES.whole(
                        "log-of-another-kind", "a page of restarts expected, found 0x58585858"),
                IMAGES.without("name-of-dos-only", "is of use 1, use 9 expected", "ok"),
                IMAGES.damaged("packed-size-absurd", "a size of 9223372036854775807", "p/packed"),
                IMAGES.without("record-attributes-past-end", "found them from 4000 to", "ok"),
                IMAGES.without(
                        "record-continues-another", "continues record 70 and is no file", "ok"),
                IMAGES.without("record-free", "is free", "ok"),
                IMAGES.without("record-magic-wrong", "found 0x44414142", "ok"),
                IMAGES.without("record-of-another-use", "is of use 77, use 1 expected", "ok"),
                IMAGES.without("record-torn", "torn write", "ok"),
                IMAGES.without("record-update-sequence-absurd", "found 500 at 48", "ok"),
                IMAGES.without("record-used-past-end", "to 1073741824", "ok"),
                IMAGES.damaged("reparse-point-cut-off", "a reparse point of 4 bytes", "junction"),
                IMAGES.damaged("reparse-target-past-end", "does not say where to", "junction"),
                IMAGES.refused("root-free", "is free"),
                IMAGES.refused("root-not-a-directory", "a directory expected"),
                IMAGES.damaged(
                        "run-header-absurd", "a run of clusters at 0 that makes no sense", "few"),
                IMAGES.damaged("run-length-negative", "a run of -128 clusters", "few"),
                IMAGES.damaged(
                        "run-past-end", "1 blocks from 134217727 are outside the volume", "few"),
                IMAGES.damaged(
                        "runs-from-the-middle", "the begin of attribute 0x80 expected", "few"),
                IMAGES.damaged("runs-missing", "clusters expected, found 0", "few"),
                IMAGES.damaged("runs-overlap", "extents overlap", "few"),
                IMAGES.damaged("size-absurd", "runs of 4503599627370496 clusters expected", "few"),
                IMAGES.damaged(
                        "size-negative", "sizes that are not negative expected, found -1", "few"),
                IMAGES.without("stream-name-with-colon", "holds ':', '/' or NUL", "two:stream"),
                IMAGES.damaged(
                        "streams-by-one-name", "expected among its 2 parts", "two", "two:stream"),
                IMAGES.refused("table-past-end", "record 5 is outside the MFT"),
                IMAGES.refused("table-record-and-copy-torn", "torn write"),
                IMAGES.whole("table-record-torn", "its copy in $MFTMirr is used"),
                IMAGES.refused("table-without-runs", "record 5 is outside the MFT"),
                IMAGES.damaged("times-missing", "its times are missing", "ok"),
                IMAGES.damaged("unit-absurd", "found 2^60 clusters", "p/packed"),
                IMAGES.whole("volume-cut-off", "volume ends at 2093056"),
                IMAGES.whole("volume-dirty", "it is marked as dirty"),
                IMAGES.whole("volume-file-torn", "$Volume: record 3"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void damageIsNamedAndTouchesNothingElse(Rule rule) throws IOException {
        IMAGES.check(rule);
    }

    @Test
    void everyImageHasItsRule() throws IOException {
        IMAGES.checkNames(rules());
    }
}
