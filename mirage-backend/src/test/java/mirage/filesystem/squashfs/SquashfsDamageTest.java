package mirage.filesystem.squashfs;

import mirage.filesystem.DamagedImages;
import mirage.filesystem.DamagedImages.Rule;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/squashfs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names it, or all that the damage does not touch is shown, with a warning.
 */
final class SquashfsDamageTest {
    private static final List<String> WHOLE =
            List.of("", "a", "a/b", "a/inner", "c", "c/leaf", "link", "ok", "victim");
    private static final DamagedImages IMAGES =
            new DamagedImages(new GoldenImages("squashfs"), WHOLE);

    private static Stream<Rule> rules() {
        return Stream.of(superblock(), metadata(), inodes(), files(), directories(), attributes())
                .flatMap(rules -> rules);
    }

    private static Stream<Rule> superblock() {
        return Stream.of(
                IMAGES.refused("superblock-version-3", "expected 4.0, found 3.0"),
                IMAGES.refused("superblock-block-log-huge", "block_log"),
                IMAGES.refused("superblock-block-size-not-its-log", "block_size"),
                IMAGES.refused("superblock-compression-lzma", "found lzma"),
                IMAGES.refused("superblock-compression-unknown", "found 77"),
                IMAGES.refused("superblock-bytes-used-negative", "bytes_used"),
                IMAGES.whole("superblock-bytes-used-huge", "the volume holds 20480"),
                IMAGES.refused("superblock-inode-table-past-end", "inode_table_start"),
                IMAGES.refused("superblock-root-past-its-block", "found 8000"),
                IMAGES.refused("superblock-root-no-directory", "a directory expected"),
                IMAGES.refused("volume-cut", "before 8192"));
    }

    private static Stream<Rule> metadata() {
        return Stream.of(
                IMAGES.refused("metadata-block-empty", "from 1 to 8192 bytes expected, found 0"),
                IMAGES.refused("metadata-block-too-long", "found 8193"),
                IMAGES.refused("metadata-block-bomb", "zlib block of at most 8192 bytes"),
                IMAGES.refused("metadata-block-no-stream", "no zlib stream"),
                new Rule("metadata-block-decodes-to-nothing", "it is empty", List.of("!")),
                new Rule(
                        "id-table-past-end",
                        "metadata block at 4611686018427387904",
                        WHOLE.stream().map(path -> path + "!").toList()),
                IMAGES.whole("export-table-wrong", ""),
                IMAGES.whole("export-table-past-end", ""));
    }

    private static Stream<Rule> inodes() {
        return Stream.of(
                IMAGES.without("inode-type-unknown", "from 1 to 14, found 15", "victim"),
                IMAGES.without("inode-type-0", "from 1 to 14, found 0", "victim"),
                IMAGES.without("inode-number-0", "inode_number", "victim"),
                IMAGES.damaged("inode-owner-past-table", "id table: entry 500 of 1", "victim"),
                IMAGES.without("link-target-huge", "target_size", "link"),
                IMAGES.without("link-target-empty", "target_size", "link"));
    }

    private static Stream<Rule> files() {
        return Stream.of(
                IMAGES.without("file-size-huge", "a file of up to 4194304 blocks", "victim"),
                IMAGES.without("file-size-negative", "file_size", "victim"),
                IMAGES.damaged("file-starts-past-end", "outside the volume", "victim"),
                IMAGES.without("file-starts-negative", "found 4 from -", "victim"),
                IMAGES.without("file-block-huge", "found 0x1002000", "victim"),
                IMAGES.without("file-block-flags-unknown", "found 0x2000000", "victim"),
                IMAGES.damaged("fragment-past-table", "entry 77 of 2", "victim"),
                IMAGES.damaged("fragment-offset-past-end", "expected at 4000", "victim"),
                IMAGES.damaged("fragment-offset-huge", "expected at 4294967295", "victim"),
                small("fragment-starts-past-end", "14 bytes at 1099511627776"),
                small("fragment-size-huge", "expected up to 4096, found 1048576"),
                IMAGES.whole("blocks-of-nothing", ""),
                IMAGES.unreadable("block-no-stream", "no zlib stream", "victim"),
                IMAGES.unreadable("block-bomb", "zlib block of at most 4096 bytes", "victim"),
                IMAGES.unreadable("block-damaged-lz4", "lz4 block: a match", "victim"),
                IMAGES.unreadable("block-damaged-lzo", "lzo match of", "victim"),
                IMAGES.unreadable("block-damaged-xz", "no xz stream", "victim"),
                IMAGES.unreadable("block-damaged-zstd", "no zstd frame", "victim"),
                IMAGES.unreadable("fragment-no-stream", "no zlib stream", "victim"));
    }

    /** The small files share the first fragment. */
    private static Rule small(String name, String message) {
        return new Rule(
                name,
                message,
                List.of("", "a", "a/b", "a/inner!", "c", "c/leaf!", "link", "ok!", "victim"));
    }

    private static Stream<Rule> directories() {
        String[] inA = {"a/b", "a/inner"};
        return Stream.of(
                IMAGES.damaged("directory-run-huge", "from 0 to 255, found 300", "a", inA),
                IMAGES.damaged("directory-name-too-long", "found 5001", "a", inA),
                IMAGES.damaged("directory-name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.damaged("directory-name-with-nul", "or NUL", "a", "a/inner"),
                IMAGES.damaged("directory-name-twice", "by one name", "", "c", "c/leaf"),
                IMAGES.without("directory-loop", "a loop, or a second parent", "a/b"),
                IMAGES.with(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "a/b/leaf",
                        "c",
                        "c/leaf"),
                IMAGES.without("directory-entry-past-inodes", "found 8191", "ok"),
                new Rule(
                        "directory-size-huge",
                        "from 0 to 255, found 16480",
                        List.of(
                                "",
                                "a!",
                                "a/b",
                                "a/c",
                                "a/c/leaf",
                                "a/inner",
                                "a/leaf",
                                "a/link",
                                "a/ok",
                                "a/victim",
                                "link",
                                "ok",
                                "victim")),
                IMAGES.damaged("directory-size-cuts-entry", "within 4 bytes", "a", inA),
                IMAGES.damaged("directory-starts-past-end", "at 1073761176", "a", inA),
                IMAGES.damaged("directory-starts-past-its-block", "found 8000", "a", inA));
    }

    private static Stream<Rule> attributes() {
        return Stream.of(
                IMAGES.whole("attributes-past-table", "entry 77 of 2"),
                IMAGES.whole("attribute-value-huge", "value_size"),
                IMAGES.whole("attribute-name-past-end", "metadata block at"),
                IMAGES.whole("attribute-values-past-end", "at 1152921504606846976"),
                IMAGES.whole("attribute-count-huge", "metadata block at"),
                IMAGES.whole("attribute-name-space-unknown", ""),
                IMAGES.whole("attribute-value-elsewhere-past-end", "at 16796832"));
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
