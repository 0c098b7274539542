package mirage.filesystem.btrfs;

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
 * Each damaged image breaks the rule that it is named after, see {@code golden/btrfs/damage.py}: the rest is shown, and
 * a warning says what is wrong. Of the many names in directory a, only those are compared that are flagged.
 */
final class BtrfsDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("btrfs");
    private static final String LAST = "a/" + "n".repeat(60) + "148";
    private static final List<String> WHOLE =
            List.of(
                    "",
                    "a",
                    "a/b",
                    "a/inner",
                    "c",
                    "c/leaf",
                    "few",
                    "link",
                    "ok",
                    "sub",
                    "sub/file");
    private static final DamagedImages IMAGES =
            new DamagedImages(GOLDENS, WHOLE, path -> path.contains("a/nnn"));
    private static final DamagedImages COMPRESSED =
            new DamagedImages(GOLDENS, List.of("", "lzo", "zlib", "zstd"));

    /** What is in the leaf that is lost. */
    private static final String[] LOST = {"a/b", "a/inner", "c", "c/leaf", "few", "link", "ok"};

    /** The leaf is lost that has the inodes of the files made last, and part of what another one is. */
    private static Rule leafLost(String name, String message) {
        return IMAGES.with(name, message, LAST + "!", LOST);
    }

    private static Stream<Rule> rules() {
        return Stream.concat(walked(), read());
    }

    private static Stream<Rule> walked() {
        return Stream.of(
                IMAGES.whole("attribute-name-past-item", "field of 5000 bytes at 30 is outside"),
                IMAGES.whole("attribute-value-past-item", "field of 5000 bytes at 38 is outside"),
                COMPRESSED.damaged("compressed-bomb", "ram_bytes at", "zlib"),
                new Rule(
                        "content-in-raid0",
                        "in a chunk of profile RAID0 spread over 2 stripes",
                        List.of("", "inline", "spread!")),
                IMAGES.without("directory-loop", "a loop, or a second parent", "a/b"),
                IMAGES.with(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "a/b/leaf",
                        "c",
                        "c/leaf"),
                IMAGES.damaged("entry-name-empty", "a name is empty", "a", "a/inner"),
                IMAGES.damaged("entry-name-past-item", "field of 5000 bytes at 30", "a", "a/inner"),
                IMAGES.damaged("entry-name-twice", "by one name", "", "c", "c/leaf"),
                IMAGES.damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                IMAGES.damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.damaged(
                        "entry-to-extent", "an inode or a tree, found key type 108", "", "ok"),
                IMAGES.damaged(
                        "entry-to-inode-beyond-all", "is beyond any that was made", "", "ok"),
                IMAGES.without("entry-to-no-inode", "inode 7777 is not in tree 5", "ok"),
                // As the kernel has it: an empty directory.
                IMAGES.whole("entry-to-no-tree", ""),
                IMAGES.damaged("extent-address-in-no-chunk", "are in no chunk", "ok"),
                IMAGES.damaged("extent-address-odd", "does not consist of sectors of 4096", "ok"),
                IMAGES.damaged("extent-compression-unknown", "compression at", "ok"),
                IMAGES.damaged("extent-encoded-otherwise", "other_encoding at", "ok"),
                IMAGES.damaged("extent-encrypted", "encryption at", "ok"),
                IMAGES.damaged(
                        "extent-in-tree-behind-others", "an extent in the tree at 8192", "few"),
                IMAGES.damaged("extent-length-0", "found 0", "ok"),
                IMAGES.damaged("extent-length-negative", "found -9223372036854775808", "ok"),
                IMAGES.damaged(
                        "extent-length-past-its-bytes", "within its extent, found 1048576", "ok"),
                IMAGES.damaged("extent-offset-past-its-bytes", "offset at", "ok"),
                IMAGES.damaged("extent-stored-past-chunk", "are in no chunk", "ok"),
                IMAGES.damaged("extent-type-unknown", "type at", "ok"),
                IMAGES.damaged("extents-overlap-in-file", "overlaps one up to 16384", "few"),
                IMAGES.without("inode-mode-of-32-bits", "has no type that exists", "ok"),
                IMAGES.whole("inode-nanoseconds-too-many", ""),
                // Nothing forbids it: all but its begin is a hole.
                IMAGES.whole("inode-size-huge", ""),
                IMAGES.without("inode-size-negative", "size of inode 412", "ok"),
                IMAGES.without("inode-type-unknown", "has no type that exists", "ok"),
                IMAGES.without("inode-without-links", "is free, or waits for its last user", "ok"),
                IMAGES.without("item-past-node", "160 bytes at 5000 are outside", "ok"),
                IMAGES.without("item-short", "is outside its 20 bytes", "ok"),
                IMAGES.damaged("link-regular", "up to 4096 bytes, found 5000", "ok"),
                IMAGES.damaged("link-size-absurd", "up to 4096 bytes, found 5000", "link"),
                IMAGES.damaged("link-without-target", "expected in the tree, found none", "link"),
                IMAGES.whole("node-checksum-wrong", "expected, found 07000000"),
                leafLost("node-items-too-many", "found 5000 in level 0"),
                IMAGES.damaged("node-keys-out-of-order", "is out of order", "few"),
                leafLost("node-level-high", "in level 99"),
                leafLost("node-level-wrong", "level 0 expected, found 3"),
                IMAGES.whole(
                        "node-of-another-file-system", "it has the UUID of another file system"),
                IMAGES.whole("node-of-another-generation", "generation 7 expected, found 77"),
                leafLost("node-of-another-place", "it says to be 7"),
                leafLost("node-pointer-past-end", "are in no chunk"),
                leafLost("node-pointer-to-itself", "level 0 expected, found 1"),
                IMAGES.without("node-pointers-to-one-child", "is not in tree 5", LOST),
                IMAGES.whole("node-right-in-its-copy", ""),
                IMAGES.without("root-item-deleted", "", "sub/file"),
                new Rule(
                        "root-item-is-that-of-the-top-level",
                        "",
                        List.of(
                                "",
                                "a",
                                "a/b",
                                "a/inner",
                                "c",
                                "c/leaf",
                                "few",
                                "link",
                                "ok",
                                "sub",
                                "sub/a",
                                "sub/a/b",
                                "sub/a/inner",
                                "sub/c",
                                "sub/c/leaf",
                                "sub/few",
                                "sub/link",
                                "sub/ok",
                                "sub/sub")),
                IMAGES.damaged("root-item-level-high", "level at", "", "sub", "sub/file"),
                IMAGES.without(
                        "root-item-level-wrong", "level 3 expected, found 0", "sub", "sub/file"),
                IMAGES.without("root-item-past-end", "are in no chunk", "sub", "sub/file"),
                IMAGES.refused("root-item-of-top-level-deleted", "tree 5 is not there"),
                IMAGES.refused("root-not-a-directory", "a directory expected"),
                IMAGES.without("root-reference-of-another-directory", "", "sub/file"),
                IMAGES.without(
                        "root-reference-to-the-top-level",
                        "a loop, or a second parent",
                        "sub",
                        "sub/file"),
                IMAGES.refused("superblock-checksum-kind-unknown", "csum_type at"),
                IMAGES.whole("superblock-checksum-wrong", "superblock: checksum"),
                IMAGES.refused("superblock-chunk-array-cut-off", "sys_chunk_array chunk at"),
                IMAGES.refused("superblock-chunk-array-huge", "sys_chunk_array_size at"),
                IMAGES.refused("superblock-chunk-root-past-end", "tree 3: 4096 bytes at"),
                IMAGES.refused("superblock-chunk-without-stripes", "num_stripes at"),
                IMAGES.refused("superblock-device-of-another", "on device 1, which is not here"),
                IMAGES.whole("superblock-from-its-copy", "its copy of generation 7 is used"),
                IMAGES.refused("superblock-incompat-unknown", "0x10000000000"),
                IMAGES.refused("superblock-node-size-huge", "nodesize at"),
                IMAGES.refused("superblock-of-another-place", "bytenr at"),
                IMAGES.refused("superblock-of-zones", "a file system of zones"),
                IMAGES.refused("superblock-root-level-high", "level of tree 1 at"),
                IMAGES.refused("superblock-root-past-end", "tree 1: 4096 bytes at"),
                IMAGES.refused("superblock-sector-size-0", "sectorsize at"),
                IMAGES.refused("superblock-sector-size-odd", "a power of two, found 5000"),
                IMAGES.refused("trees-in-raid0", "of profile RAID0 spread over 2 stripes"),
                new Rule(
                        "volume-cut-off",
                        "the volume holds 6950912",
                        List.of("", "a!", "sub", "sub/file")));
    }

    /** What is wrong in the encoded content itself, a walk does not see, and reading it does. */
    private static Stream<Rule> read() {
        return Stream.of(
                COMPRESSED.unreadable(
                        "lzo-cut-off", "lzo length at 0: expected from 4 to 4096", "lzo"),
                COMPRESSED.unreadable("lzo-length-past-end", "found 1073741824", "lzo"),
                COMPRESSED.unreadable("lzo-no-stream", "lzo length at 0", "lzo"),
                COMPRESSED.unreadable("lzo-segment-past-end", "lzo length at 4", "lzo"),
                COMPRESSED.unreadable("zlib-cut-off", "zlib stream ends after", "zlib"),
                COMPRESSED.unreadable("zlib-no-stream", "no zlib stream", "zlib"),
                COMPRESSED.unreadable("zstd-cut-off", "no zstd frame", "zstd"),
                COMPRESSED.unreadable("zstd-no-stream", "no zstd frame", "zstd"));
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
