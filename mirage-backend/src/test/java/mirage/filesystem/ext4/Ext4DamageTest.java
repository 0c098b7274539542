package mirage.filesystem.ext4;

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
 * Each image of {@code golden/ext4/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class Ext4DamageTest {
    private static final List<String> WHOLE =
            List.of("", "a", "a/b", "a/inner", "c", "link", "lost+found", "ok", "victim");
    private static final DamagedImages IMAGES = new DamagedImages(new GoldenImages("ext4"), WHOLE);

    private static Stream<Rule> rules() {
        return Stream.of(
                IMAGES.whole("attribute-acl-malformed", "ACL of 200 bytes: version 1 expected"),
                IMAGES.whole("attribute-block-checksum-wrong", "attribute block 30: checksum"),
                IMAGES.whole("attribute-block-magic-wrong", "expected h_magic 0xea020000"),
                IMAGES.whole("attribute-block-past-end", "attribute block 16777215"),
                IMAGES.whole("attribute-entries-without-end", "entries do not end"),
                IMAGES.whole("attribute-index-unknown", "unknown name index 77"),
                IMAGES.whole("attribute-name-past-end", "attribute block 30: entry at"),
                IMAGES.whole(
                        "attribute-value-inode-wrong",
                        "expected an attribute's value of 200 bytes"),
                IMAGES.whole("attribute-value-past-end", "found 5000 at 824"),
                IMAGES.damaged(
                        "block-past-end", "blocks from 16777215 are outside the volume", "ok"),
                IMAGES.damaged("directory-checksum-absent", "found none", "a"),
                IMAGES.whole("directory-checksum-wrong", "directory inode 12 at 0: checksum"),
                IMAGES.damaged("directory-ends-in-hole", "a hole up to the end at 5120", "a"),
                IMAGES.whole("directory-loop", "a loop, or a second parent"),
                IMAGES.whole("directory-two-parents", "a loop, or a second parent"),
                IMAGES.damaged("directory-with-hole", "a hole up to 1024", "a"),
                IMAGES.damaged("entry-length-0", "found rec_len 0", "a", "a/inner"),
                IMAGES.damaged("entry-length-odd", "found rec_len 18", "a", "a/inner"),
                IMAGES.damaged("entry-name-empty", "a name is empty", "a", "a/inner"),
                IMAGES.damaged("entry-name-twice", "inodes 12 and 14 by one name", "", "c"),
                IMAGES.damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                IMAGES.damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.damaged("entry-past-block", "found rec_len 4096", "a", "a/inner"),
                IMAGES.without("entry-to-free-inode", "inode 60 is free", "ok"),
                IMAGES.without("entry-to-no-inode", "expected from 1 to s_inodes_count 64", "ok"),
                IMAGES.without("entry-to-reserved-inode", "inode 8 is reserved", "c"),
                IMAGES.damaged("extent-at-superblock", "from 0 are outside the volume", "victim"),
                IMAGES.whole(
                        "extent-block-checksum-wrong", "extent block 27 of inode 16: checksum"),
                IMAGES.damaged(
                        "extent-block-entries-too-many", "eh_entries is invalid: 85", "victim"),
                IMAGES.damaged("extent-block-magic-wrong", "eh_magic is invalid: 0", "victim"),
                IMAGES.damaged("extent-block-past-end", "tree block 16777215 is outside", "victim"),
                IMAGES.damaged("extent-length-0", "ee_len is 0", "victim"),
                IMAGES.damaged("extent-past-end", "from 16777215 are outside the volume", "victim"),
                IMAGES.damaged("extent-root-magic-wrong", "eh_magic is invalid: 0", "victim"),
                IMAGES.damaged(
                        "extent-root-too-deep", "eh_depth expected up to 5, found 6", "victim"),
                IMAGES.damaged(
                        "extent-tree-cycle", "tree block 27 is used twice: a cycle", "victim"),
                IMAGES.damaged("extent-tree-cycle-to-itself", "used twice: a cycle", "victim"),
                IMAGES.damaged("extents-overlap-in-file", "overlap those before 5", "victim"),
                IMAGES.damaged("extents-overlap-in-volume", "extents overlap", "victim"),
                IMAGES.whole("group-checksum-wrong", "descriptor of group 0: checksum"),
                IMAGES.whole("group-crc16-wrong", "descriptor of group 0: checksum"),
                IMAGES.refused("group-inode-table-past-end", "bg_inode_table expected within"),
                IMAGES.with("indirect-block-cycle", "used twice: a cycle", "indirect!"),
                IMAGES.damaged("inode-checksum-wrong", "inode 15: checksum", "ok"),
                IMAGES.without("inode-extra-size-huge", "i_extra_isize at 128", "ok"),
                IMAGES.damaged("inode-inline-without-feature", "inline data expected with", "ok"),
                IMAGES.damaged("inode-size-absurd", "i_size expected up to 2^32 blocks", "ok"),
                IMAGES.damaged("inode-size-negative", "i_size expected up to 2^32 blocks", "ok"),
                IMAGES.without("inode-type-unknown", "has no type that exists", "ok"),
                IMAGES.damaged(
                        "link-size-absurd", "link target expected of 1 to 1024 bytes", "link"),
                IMAGES.damaged("link-too-long-for-inode", "link of 70 bytes has no block", "link"),
                IMAGES.refused("root-not-a-directory", "a directory expected"),
                IMAGES.refused("superblock-blocks-count-0", "s_blocks_count"),
                IMAGES.whole(
                        "superblock-blocks-count-2-60", "s_blocks_count says 1152921504606848000"),
                IMAGES.refused("superblock-blocks-count-negative", "s_blocks_count"),
                IMAGES.refused("superblock-blocks-per-group-0", "s_blocks_per_group"),
                IMAGES.refused("superblock-blocks-per-group-huge", "s_blocks_per_group"),
                IMAGES.whole("superblock-checksum-wrong", "superblock: checksum"),
                IMAGES.refused("superblock-descriptor-size-small", "s_desc_size"),
                IMAGES.whole("superblock-errors-noted", "has errors"),
                IMAGES.whole("superblock-inodes-count-huge", "s_inodes_count says 4294967295"),
                IMAGES.refused("superblock-inode-size-huge", "s_inode_size"),
                IMAGES.refused("superblock-inode-size-odd", "s_inode_size"),
                IMAGES.refused("superblock-inodes-per-group-0", "s_inodes_per_group"),
                IMAGES.refused("superblock-journal-device", "an external journal"),
                IMAGES.refused("superblock-log-block-size-huge", "s_log_block_size"),
                IMAGES.refused(
                        "superblock-unknown-incompat", "0x1 (compression), 0x80000000 (unknown)"),
                IMAGES.whole("superblock-unknown-ro-compat", "0x80000000"),
                IMAGES.with("volume-cut-off", "the volume holds 100", "tail!"));
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
