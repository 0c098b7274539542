package mirage.filesystem.xfs;

import mirage.filesystem.DamagedImages;
import mirage.filesystem.DamagedImages.Rule;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/xfs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class XfsDamageTest {
    private static final String LONG = "a/" + "n".repeat(60);
    private static final List<String> WHOLE =
            List.of(
                    "",
                    "a",
                    "a/b",
                    "a/inner",
                    LONG + 0,
                    LONG + 1,
                    LONG + 2,
                    LONG + 3,
                    LONG + 4,
                    LONG + 5,
                    LONG + 6,
                    LONG + 7,
                    "c",
                    "c/leaf",
                    "few",
                    "link",
                    "long-link",
                    "ok",
                    "victim");
    private static final DamagedImages IMAGES = new DamagedImages(new GoldenImages("xfs"), WHOLE);
    private static final String[] BELOW_ROOT =
            WHOLE.stream().filter(path -> !path.isEmpty()).toArray(String[]::new);
    private static final String[] IN_A =
            WHOLE.stream().filter(path -> path.startsWith("a/")).toArray(String[]::new);

    /** The directory a has the name of another one, which is hidden by it. */
    private static Rule renamed(String name, String message) {
        List<String> paths = new ArrayList<>(WHOLE);
        paths.removeAll(List.of("c", "c/leaf"));
        paths.replaceAll(path -> path.isEmpty() ? "!" : path.replaceFirst("^a", "c"));
        return new Rule(name, message, paths);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                IMAGES.whole("attribute-acl-malformed", "ACL: entries expected within 200 bytes"),
                IMAGES.whole(
                        "attribute-block-magic-wrong",
                        "block 0 expected to be a node of level 1 to 5, found 0x0"),
                IMAGES.whole("attribute-checksum-wrong", ": checksum"),
                IMAGES.whole("attribute-entries-too-many", "block 0 claims 65535 entries"),
                IMAGES.whole("attribute-format-unknown", "found format 77"),
                IMAGES.whole("attribute-name-past-end", "at 65535 is outside its block"),
                IMAGES.whole("attribute-of-two-name-spaces", "one is of two name spaces"),
                IMAGES.whole("attribute-tree-cycle", "block 0 is used twice: a cycle"),
                IMAGES.whole("attribute-tree-too-deep", "of level 99"),
                IMAGES.whole("attribute-value-huge", "a value of 1073741824 bytes"),
                IMAGES.whole("attribute-value-in-hole", "a hole in 1024 bytes"),
                IMAGES.whole(
                        "attribute-value-magic-wrong", "part of a value at 0 expected in block"),
                IMAGES.whole("attribute-value-of-another-inode", "it belongs to inode 7"),
                IMAGES.whole("attribute-value-part-short", "of 77 at 0"),
                IMAGES.whole("attribute-value-past-end", "is outside its block"),
                IMAGES.whole("directory-checksum-wrong", " at 0: checksum"),
                IMAGES.damaged("directory-ends-in-hole", "a hole up to the end at 8192", "a"),
                IMAGES.damaged(
                        "directory-index-huge",
                        "an index expected within the block, found 2147483647",
                        "a",
                        IN_A),
                IMAGES.without("directory-loop", "a loop, or a second parent", "a/b"),
                IMAGES.damaged(
                        "directory-magic-wrong", "a block of names expected, found 0x0", "a", IN_A),
                IMAGES.whole("directory-of-another-inode", "it belongs to inode 7"),
                IMAGES.whole("directory-of-another-place", "it belongs to sector 7"),
                // It is found below a/inner first.
                IMAGES.with(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "a/inner/leaf",
                        "c",
                        "c/leaf"),
                IMAGES.damaged("entry-free-length-0", "found one of 0", "a", "a/inner"),
                IMAGES.damaged("entry-free-length-odd", "found one of 12", "a", "a/inner"),
                IMAGES.damaged("entry-name-too-long", "or NUL", "a", "a/inner"),
                IMAGES.damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                IMAGES.damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.without(
                        "entry-to-no-inode",
                        "inode 1125899906842624 is outside the volume",
                        "a/inner"),
                IMAGES.damaged("extent-across-groups", "2097151 blocks from", "few"),
                IMAGES.damaged(
                        "extent-at-group-header", "1 blocks from 0 are outside the volume", "few"),
                IMAGES.damaged("extent-empty", "an extent is empty", "few"),
                IMAGES.whole("extent-node-checksum-wrong", ": checksum"),
                IMAGES.damaged(
                        "extent-node-entries-too-many", "bb_numrecs is invalid: 65535", "victim"),
                IMAGES.damaged("extent-node-level-wrong", "bb_level is invalid: 1", "victim"),
                IMAGES.damaged("extent-node-magic-wrong", "bb_magic is invalid: 0", "victim"),
                IMAGES.whole("extent-node-of-another-inode", "it belongs to inode 7"),
                IMAGES.damaged(
                        "extent-node-past-end",
                        "tree block 1099511627776 is outside the volume",
                        "victim"),
                IMAGES.damaged("extent-past-end", "are outside the volume", "few"),
                IMAGES.damaged(
                        "extent-root-entries-too-many", "bb_numrecs is invalid: 300", "victim"),
                IMAGES.damaged("extent-root-too-deep", "bb_level is invalid: 77", "victim"),
                IMAGES.damaged("extent-tree-cycle", "is used twice: a cycle", "victim"),
                IMAGES.damaged(
                        "extents-overlap-in-file", "blocks from 0 overlap those before 1", "few"),
                IMAGES.damaged("extents-overlap-in-volume", "extents overlap", "few"),
                IMAGES.damaged("inode-checksum-wrong", ": checksum", "ok"),
                IMAGES.damaged("inode-extents-too-many", "found 1000", "ok"),
                IMAGES.without("inode-fork-past-end", "di_forkoff at 82", "ok"),
                IMAGES.damaged("inode-format-local", "found format 1", "ok"),
                IMAGES.damaged(
                        "inode-in-realtime-section", "realtime section, which is not read", "ok"),
                IMAGES.without("inode-magic-wrong", "di_magic at 0", "ok"),
                IMAGES.damaged("inode-number-wrong", "di_ino says 7", "ok"),
                IMAGES.damaged(
                        "inode-of-another-file-system", "the UUID of another file system", "ok"),
                IMAGES.damaged("inode-size-negative", "di_size expected up to", "ok"),
                IMAGES.without("inode-type-unknown", "has no type that exists", "ok"),
                IMAGES.damaged(
                        "inode-version-of-version-4",
                        "di_version is that of another version",
                        "ok"),
                IMAGES.without("inode-version-unknown", "di_version at 4", "ok"),
                IMAGES.without("inode-without-links", "is free, or waits for its last user", "ok"),
                IMAGES.damaged(
                        "link-magic-wrong",
                        "part of a link target at 0 expected, found 0x0",
                        "long-link"),
                IMAGES.whole("link-of-another-inode", "it belongs to inode 7"),
                IMAGES.damaged("link-part-too-long", "of 100000 bytes", "long-link"),
                IMAGES.damaged("link-past-inode", "di_size expected up to 336, found 1000", "link"),
                IMAGES.damaged(
                        "link-size-absurd", "di_size expected up to 1024, found 5000", "link"),
                IMAGES.refused("root-not-a-directory", "a directory expected"),
                IMAGES.refused("root-past-end", "is outside the volume"),
                IMAGES.damaged("short-directory-cut-off", "200 entries expected, found 7", ""),
                IMAGES.damaged("short-directory-past-inode", "found 400", "c", "c/leaf"),
                IMAGES.damaged(
                        "short-directory-wide-numbers",
                        "7 entries expected, found 2",
                        "",
                        BELOW_ROOT),
                renamed("short-entry-name-twice", "by one name"),
                IMAGES.damaged("short-entry-name-with-nul", "or NUL", "", "ok"),
                IMAGES.refused("superblock-block-log-small", "sb_blocklog"),
                IMAGES.refused("superblock-block-sizes-disagree", "sb_blocksize"),
                IMAGES.refused("superblock-blocks-2-60", "sb_dblocks"),
                IMAGES.whole("superblock-checksum-wrong", "superblock: checksum"),
                IMAGES.refused("superblock-directory-blocks-large", "sb_dirblklog"),
                IMAGES.refused("superblock-group-blocks-huge", "sb_agblocks"),
                IMAGES.refused("superblock-groups-0", "sb_agcount"),
                IMAGES.refused("superblock-in-progress", "sb_inprogress"),
                IMAGES.refused("superblock-incompat-unknown", "0x80000000"),
                IMAGES.refused("superblock-inode-log-large", "sb_inodelog"),
                IMAGES.refused("superblock-inode-sizes-disagree", "sb_inodesize"),
                IMAGES.refused("superblock-inodes-per-block-wrong", "sb_inopblog"),
                IMAGES.whole("superblock-ro-compat-unknown", "0x80000000"),
                IMAGES.whole("superblock-sector-size-0", "sb_sectsize is invalid: 0"),
                IMAGES.refused("superblock-version-3", "sb_versionnum"),
                IMAGES.whole("volume-cut-off", "the volume holds 12288"));
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
