package mirage.filesystem.ext4;

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
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Each image of {@code golden/ext4/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class Ext4DamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("ext4");
    private static final List<String> WHOLE =
            List.of("", "a", "a/b", "a/inner", "c", "link", "lost+found", "ok", "victim");

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

    private static Rule with(String name, String warning, String added) {
        List<String> paths = new ArrayList<>(WHOLE);
        paths.add(added);
        Collections.sort(paths);
        return new Rule(name, warning, paths);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                whole("attribute-acl-malformed", "ACL of 200 bytes: version 1 expected"),
                whole("attribute-block-checksum-wrong", "attribute block 30: checksum"),
                whole("attribute-block-magic-wrong", "expected h_magic 0xea020000"),
                whole("attribute-block-past-end", "attribute block 16777215"),
                whole("attribute-entries-without-end", "entries do not end"),
                whole("attribute-index-unknown", "unknown name index 77"),
                whole("attribute-name-past-end", "attribute block 30: entry at"),
                whole("attribute-value-inode-wrong", "expected an attribute's value of 200 bytes"),
                whole("attribute-value-past-end", "found 5000 at 824"),
                damaged("block-past-end", "blocks from 16777215 are outside the volume", "ok"),
                damaged("directory-checksum-absent", "found none", "a"),
                whole("directory-checksum-wrong", "directory inode 12 at 0: checksum"),
                damaged("directory-ends-in-hole", "a hole up to the end at 5120", "a"),
                whole("directory-loop", "a loop, or a second parent"),
                whole("directory-two-parents", "a loop, or a second parent"),
                damaged("directory-with-hole", "a hole up to 1024", "a"),
                damaged("entry-length-0", "found rec_len 0", "a", "a/inner"),
                damaged("entry-length-odd", "found rec_len 18", "a", "a/inner"),
                damaged("entry-name-empty", "a name is empty", "a", "a/inner"),
                damaged("entry-name-twice", "inodes 12 and 14 by one name", "", "c"),
                damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                damaged("entry-past-block", "found rec_len 4096", "a", "a/inner"),
                without("entry-to-free-inode", "inode 60 is free", "ok"),
                without("entry-to-no-inode", "expected from 1 to s_inodes_count 64", "ok"),
                without("entry-to-reserved-inode", "inode 8 is reserved", "c"),
                damaged("extent-at-superblock", "from 0 are outside the volume", "victim"),
                whole("extent-block-checksum-wrong", "extent block 27 of inode 16: checksum"),
                damaged("extent-block-entries-too-many", "eh_entries is invalid: 85", "victim"),
                damaged("extent-block-magic-wrong", "eh_magic is invalid: 0", "victim"),
                damaged("extent-block-past-end", "tree block 16777215 is outside", "victim"),
                damaged("extent-length-0", "ee_len is 0", "victim"),
                damaged("extent-past-end", "from 16777215 are outside the volume", "victim"),
                damaged("extent-root-magic-wrong", "eh_magic is invalid: 0", "victim"),
                damaged("extent-root-too-deep", "eh_depth expected up to 5, found 6", "victim"),
                damaged("extent-tree-cycle", "tree block 27 is used twice: a cycle", "victim"),
                damaged("extent-tree-cycle-to-itself", "used twice: a cycle", "victim"),
                damaged("extents-overlap-in-file", "overlap those before 5", "victim"),
                damaged("extents-overlap-in-volume", "extents overlap", "victim"),
                whole("group-checksum-wrong", "descriptor of group 0: checksum"),
                whole("group-crc16-wrong", "descriptor of group 0: checksum"),
                refused("group-inode-table-past-end", "bg_inode_table expected within"),
                with("indirect-block-cycle", "used twice: a cycle", "indirect!"),
                damaged("inode-checksum-wrong", "inode 15: checksum", "ok"),
                without("inode-extra-size-huge", "i_extra_isize at 128", "ok"),
                damaged("inode-inline-without-feature", "inline data expected with", "ok"),
                damaged("inode-size-absurd", "i_size expected up to 2^32 blocks", "ok"),
                damaged("inode-size-negative", "i_size expected up to 2^32 blocks", "ok"),
                without("inode-type-unknown", "has no type that exists", "ok"),
                damaged("link-size-absurd", "link target expected of 1 to 1024 bytes", "link"),
                damaged("link-too-long-for-inode", "link of 70 bytes has no block", "link"),
                refused("root-not-a-directory", "a directory expected"),
                refused("superblock-blocks-count-0", "s_blocks_count"),
                whole("superblock-blocks-count-2-60", "s_blocks_count says 1152921504606848000"),
                refused("superblock-blocks-count-negative", "s_blocks_count"),
                refused("superblock-blocks-per-group-0", "s_blocks_per_group"),
                refused("superblock-blocks-per-group-huge", "s_blocks_per_group"),
                whole("superblock-checksum-wrong", "superblock: checksum"),
                refused("superblock-descriptor-size-small", "s_desc_size"),
                whole("superblock-errors-noted", "has errors"),
                whole("superblock-inodes-count-huge", "s_inodes_count says 4294967295"),
                refused("superblock-inode-size-huge", "s_inode_size"),
                refused("superblock-inode-size-odd", "s_inode_size"),
                refused("superblock-inodes-per-group-0", "s_inodes_per_group"),
                refused("superblock-journal-device", "an external journal"),
                refused("superblock-log-block-size-huge", "s_log_block_size"),
                refused("superblock-unknown-incompat", "0x1 (compression), 0x80000000 (unknown)"),
                whole("superblock-unknown-ro-compat", "0x80000000"),
                with("volume-cut-off", "the volume holds 100", "tail!"));
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
