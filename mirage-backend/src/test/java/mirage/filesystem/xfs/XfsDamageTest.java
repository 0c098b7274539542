package mirage.filesystem.xfs;

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
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/xfs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class XfsDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("xfs");
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
    private static final String[] BELOW_ROOT =
            WHOLE.stream().filter(path -> !path.isEmpty()).toArray(String[]::new);
    private static final String[] IN_A =
            WHOLE.stream().filter(path -> path.startsWith("a/")).toArray(String[]::new);

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

    private static Rule refused(String name, String message) {
        return new Rule(name, message, List.of());
    }

    private static Rule whole(String name, String warning) {
        return new Rule(name, warning, WHOLE);
    }

    private static Rule without(String name, String warning, String... missing) {
        List<String> paths = new ArrayList<>(WHOLE);
        paths.removeAll(List.of(missing));
        return new Rule(name, warning, paths);
    }

    /** One path is flagged, and others may be missing. */
    private static Rule damaged(String name, String warning, String path, String... missing) {
        List<String> paths = new ArrayList<>(without(name, warning, missing).paths);
        paths.replaceAll(shown -> shown.equals(path) ? path + "!" : shown);
        return new Rule(name, warning, paths);
    }

    /** The inode is found by another name first, and not by its own; what lies below it moves. */
    private static Rule moved(String name, String warning, String from, String to, String missing) {
        List<String> paths = new ArrayList<>(without(name, warning, from, missing).paths);
        paths.add(paths.indexOf("a/inner") + 1, to);
        return new Rule(name, warning, paths);
    }

    /** The directory a has the name of another one, which is hidden by it. */
    private static Rule renamed(String name, String warning) {
        List<String> paths = new ArrayList<>(without(name, warning, "c", "c/leaf").paths);
        paths.replaceAll(path -> path.isEmpty() ? "!" : path.replaceFirst("^a", "c"));
        return new Rule(name, warning, paths);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                whole("attribute-acl-malformed", "ACL: entries expected within 200 bytes"),
                whole(
                        "attribute-block-magic-wrong",
                        "block 0 expected to be a node of level 1 to 5, found 0x0"),
                whole("attribute-checksum-wrong", ": checksum"),
                whole("attribute-entries-too-many", "block 0 claims 65535 entries"),
                whole("attribute-format-unknown", "found format 77"),
                whole("attribute-name-past-end", "at 65535 is outside its block"),
                whole("attribute-of-two-name-spaces", "one is of two name spaces"),
                whole("attribute-tree-cycle", "block 0 is used twice: a cycle"),
                whole("attribute-tree-too-deep", "of level 99"),
                whole("attribute-value-huge", "a value of 1073741824 bytes"),
                whole("attribute-value-in-hole", "a hole in 1024 bytes"),
                whole("attribute-value-magic-wrong", "part of a value at 0 expected in block"),
                whole("attribute-value-of-another-inode", "it belongs to inode 7"),
                whole("attribute-value-part-short", "of 77 at 0"),
                whole("attribute-value-past-end", "is outside its block"),
                whole("directory-checksum-wrong", " at 0: checksum"),
                damaged("directory-ends-in-hole", "a hole up to the end at 8192", "a"),
                damaged(
                        "directory-index-huge",
                        "an index expected within the block, found 2147483647",
                        "a",
                        IN_A),
                without("directory-loop", "a loop, or a second parent", "a/b"),
                damaged("directory-magic-wrong", "a block of names expected, found 0x0", "a", IN_A),
                whole("directory-of-another-inode", "it belongs to inode 7"),
                whole("directory-of-another-place", "it belongs to sector 7"),
                moved(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "c/leaf",
                        "a/inner/leaf",
                        "c"),
                damaged("entry-free-length-0", "found one of 0", "a", "a/inner"),
                damaged("entry-free-length-odd", "found one of 12", "a", "a/inner"),
                damaged("entry-name-too-long", "or NUL", "a", "a/inner"),
                damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                without(
                        "entry-to-no-inode",
                        "inode 1125899906842624 is outside the volume",
                        "a/inner"),
                damaged("extent-across-groups", "2097151 blocks from", "few"),
                damaged("extent-at-group-header", "1 blocks from 0 are outside the volume", "few"),
                damaged("extent-empty", "an extent is empty", "few"),
                whole("extent-node-checksum-wrong", ": checksum"),
                damaged("extent-node-entries-too-many", "bb_numrecs is invalid: 65535", "victim"),
                damaged("extent-node-level-wrong", "bb_level is invalid: 1", "victim"),
                damaged("extent-node-magic-wrong", "bb_magic is invalid: 0", "victim"),
                whole("extent-node-of-another-inode", "it belongs to inode 7"),
                damaged(
                        "extent-node-past-end",
                        "tree block 1099511627776 is outside the volume",
                        "victim"),
                damaged("extent-past-end", "are outside the volume", "few"),
                damaged("extent-root-entries-too-many", "bb_numrecs is invalid: 300", "victim"),
                damaged("extent-root-too-deep", "bb_level is invalid: 77", "victim"),
                damaged("extent-tree-cycle", "is used twice: a cycle", "victim"),
                damaged("extents-overlap-in-file", "blocks from 0 overlap those before 1", "few"),
                damaged("extents-overlap-in-volume", "extents overlap", "few"),
                damaged("inode-checksum-wrong", ": checksum", "ok"),
                damaged("inode-extents-too-many", "found 1000", "ok"),
                without("inode-fork-past-end", "di_forkoff at 82", "ok"),
                damaged("inode-format-local", "found format 1", "ok"),
                damaged("inode-in-realtime-section", "realtime section, which is not read", "ok"),
                without("inode-magic-wrong", "di_magic at 0", "ok"),
                damaged("inode-number-wrong", "di_ino says 7", "ok"),
                damaged("inode-of-another-file-system", "the UUID of another file system", "ok"),
                damaged("inode-size-negative", "di_size expected up to", "ok"),
                without("inode-type-unknown", "has no type that exists", "ok"),
                damaged(
                        "inode-version-of-version-4",
                        "di_version is that of another version",
                        "ok"),
                without("inode-version-unknown", "di_version at 4", "ok"),
                without("inode-without-links", "is free, or waits for its last user", "ok"),
                damaged(
                        "link-magic-wrong",
                        "part of a link target at 0 expected, found 0x0",
                        "long-link"),
                whole("link-of-another-inode", "it belongs to inode 7"),
                damaged("link-part-too-long", "of 100000 bytes", "long-link"),
                damaged("link-past-inode", "di_size expected up to 336, found 1000", "link"),
                damaged("link-size-absurd", "di_size expected up to 1024, found 5000", "link"),
                refused("root-not-a-directory", "a directory expected"),
                refused("root-past-end", "is outside the volume"),
                damaged("short-directory-cut-off", "200 entries expected, found 7", ""),
                damaged("short-directory-past-inode", "found 400", "c", "c/leaf"),
                damaged(
                        "short-directory-wide-numbers",
                        "7 entries expected, found 2",
                        "",
                        BELOW_ROOT),
                renamed("short-entry-name-twice", "by one name"),
                damaged("short-entry-name-with-nul", "or NUL", "", "ok"),
                refused("superblock-block-log-small", "sb_blocklog"),
                refused("superblock-block-sizes-disagree", "sb_blocksize"),
                refused("superblock-blocks-2-60", "sb_dblocks"),
                whole("superblock-checksum-wrong", "superblock: checksum"),
                refused("superblock-directory-blocks-large", "sb_dirblklog"),
                refused("superblock-group-blocks-huge", "sb_agblocks"),
                refused("superblock-groups-0", "sb_agcount"),
                refused("superblock-in-progress", "sb_inprogress"),
                refused("superblock-incompat-unknown", "0x80000000"),
                refused("superblock-inode-log-large", "sb_inodelog"),
                refused("superblock-inode-sizes-disagree", "sb_inodesize"),
                refused("superblock-inodes-per-block-wrong", "sb_inopblog"),
                whole("superblock-ro-compat-unknown", "0x80000000"),
                whole("superblock-sector-size-0", "sb_sectsize is invalid: 0"),
                refused("superblock-version-3", "sb_versionnum"),
                whole("volume-cut-off", "the volume holds 12288"));
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
