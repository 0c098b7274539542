package mirage.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Each damaged image breaks the rule that it is named after, see {@code golden/btrfs/damage.py}: the rest is shown, and
 * a warning says what is wrong. Of the many names in directory a, only those are compared that are flagged.
 */
final class BtrfsDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("btrfs");
    private static final String MANY = "a/nnn";
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
    private static final List<String> COMPRESSED = List.of("", "lzo", "zlib", "zstd");

    /** What is in the leaf that is lost. */
    private static final String[] LOST = {"a/b", "a/inner", "c", "c/leaf", "few", "link", "ok"};

    /**
     * @param warning part of a warning, or of the refusal; empty when nothing is warned of
     * @param paths shown, those flagged as damaged with an exclamation mark; empty when the image is refused
     */
    private record Rule(String name, String warning, List<String> paths) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * @param file whose content cannot be read
     * @param message part of why
     */
    private record Unreadable(String name, String file, String message) {
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

    /** The leaf is lost that has the inodes of the files made last, and part of what another one is. */
    private static Rule leafLost(String name, String warning) {
        List<String> paths = new ArrayList<>(without(name, warning, LOST).paths);
        paths.add(2, LAST + "!");
        return new Rule(name, warning, paths);
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                whole("attribute-name-past-item", "field of 5000 bytes at 30 is outside"),
                whole("attribute-value-past-item", "field of 5000 bytes at 38 is outside"),
                new Rule("compressed-bomb", "ram_bytes at", List.of("", "lzo", "zlib!", "zstd")),
                new Rule(
                        "content-in-raid0",
                        "in a chunk of profile RAID0 spread over 2 stripes",
                        List.of("", "inline", "spread!")),
                without("directory-loop", "a loop, or a second parent", "a/b"),
                new Rule(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        List.of(
                                "",
                                "a",
                                "a/b",
                                "a/b/leaf",
                                "a/inner",
                                "few",
                                "link",
                                "ok",
                                "sub",
                                "sub/file")),
                damaged("entry-name-empty", "a name is empty", "a", "a/inner"),
                damaged("entry-name-past-item", "field of 5000 bytes at 30", "a", "a/inner"),
                damaged("entry-name-twice", "by one name", "", "c", "c/leaf"),
                damaged("entry-name-with-nul", "or NUL", "a", "a/inner"),
                damaged("entry-name-with-slash", "holds '/'", "a", "a/inner"),
                damaged("entry-to-extent", "an inode or a tree, found key type 108", "", "ok"),
                damaged("entry-to-inode-beyond-all", "is beyond any that was made", "", "ok"),
                without("entry-to-no-inode", "inode 7777 is not in tree 5", "ok"),
                // As the kernel has it: an empty directory.
                whole("entry-to-no-tree", ""),
                damaged("extent-address-in-no-chunk", "are in no chunk", "ok"),
                damaged("extent-address-odd", "does not consist of sectors of 4096", "ok"),
                damaged("extent-compression-unknown", "compression at", "ok"),
                damaged("extent-encoded-otherwise", "other_encoding at", "ok"),
                damaged("extent-encrypted", "encryption at", "ok"),
                damaged("extent-in-tree-behind-others", "an extent in the tree at 8192", "few"),
                damaged("extent-length-0", "found 0", "ok"),
                damaged("extent-length-negative", "found -9223372036854775808", "ok"),
                damaged("extent-length-past-its-bytes", "within its extent, found 1048576", "ok"),
                damaged("extent-offset-past-its-bytes", "offset at", "ok"),
                damaged("extent-stored-past-chunk", "are in no chunk", "ok"),
                damaged("extent-type-unknown", "type at", "ok"),
                damaged("extents-overlap-in-file", "overlaps one up to 16384", "few"),
                without("inode-mode-of-32-bits", "has no type that exists", "ok"),
                whole("inode-nanoseconds-too-many", ""),
                // Nothing forbids it: all but its begin is a hole.
                whole("inode-size-huge", ""),
                without("inode-size-negative", "size of inode 412", "ok"),
                without("inode-type-unknown", "has no type that exists", "ok"),
                without("inode-without-links", "is free, or waits for its last user", "ok"),
                without("item-past-node", "160 bytes at 5000 are outside", "ok"),
                without("item-short", "is outside its 20 bytes", "ok"),
                damaged("link-regular", "up to 4096 bytes, found 5000", "ok"),
                damaged("link-size-absurd", "up to 4096 bytes, found 5000", "link"),
                damaged("link-without-target", "expected in the tree, found none", "link"),
                whole("node-checksum-wrong", "expected, found 07000000"),
                leafLost("node-items-too-many", "found 5000 in level 0"),
                damaged("node-keys-out-of-order", "is out of order", "few"),
                leafLost("node-level-high", "in level 99"),
                leafLost("node-level-wrong", "level 0 expected, found 3"),
                whole("node-of-another-file-system", "it has the UUID of another file system"),
                whole("node-of-another-generation", "generation 7 expected, found 77"),
                leafLost("node-of-another-place", "it says to be 7"),
                leafLost("node-pointer-past-end", "are in no chunk"),
                leafLost("node-pointer-to-itself", "level 0 expected, found 1"),
                without("node-pointers-to-one-child", "is not in tree 5", LOST),
                whole("node-right-in-its-copy", ""),
                without("root-item-deleted", "", "sub/file"),
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
                damaged("root-item-level-high", "level at", "", "sub", "sub/file"),
                without("root-item-level-wrong", "level 3 expected, found 0", "sub", "sub/file"),
                without("root-item-past-end", "are in no chunk", "sub", "sub/file"),
                refused("root-item-of-top-level-deleted", "tree 5 is not there"),
                refused("root-not-a-directory", "a directory expected"),
                without("root-reference-of-another-directory", "", "sub/file"),
                without(
                        "root-reference-to-the-top-level",
                        "a loop, or a second parent",
                        "sub",
                        "sub/file"),
                refused("superblock-checksum-kind-unknown", "csum_type at"),
                whole("superblock-checksum-wrong", "superblock: checksum"),
                refused("superblock-chunk-array-cut-off", "sys_chunk_array chunk at"),
                refused("superblock-chunk-array-huge", "sys_chunk_array_size at"),
                refused("superblock-chunk-root-past-end", "tree 3: 4096 bytes at"),
                refused("superblock-chunk-without-stripes", "num_stripes at"),
                refused("superblock-device-of-another", "on device 1, which is not here"),
                whole("superblock-from-its-copy", "its copy of generation 7 is used"),
                refused("superblock-incompat-unknown", "0x10000000000"),
                refused("superblock-node-size-huge", "nodesize at"),
                refused("superblock-of-another-place", "bytenr at"),
                refused("superblock-of-zones", "a file system of zones"),
                refused("superblock-root-level-high", "level of tree 1 at"),
                refused("superblock-root-past-end", "tree 1: 4096 bytes at"),
                refused("superblock-sector-size-0", "sectorsize at"),
                refused("superblock-sector-size-odd", "a power of two, found 5000"),
                refused("trees-in-raid0", "of profile RAID0 spread over 2 stripes"),
                new Rule(
                        "volume-cut-off",
                        "the volume holds 6950912",
                        List.of("", "a!", "sub", "sub/file")));
    }

    private static Stream<Unreadable> unreadables() {
        return Stream.of(
                new Unreadable("lzo-cut-off", "lzo", "lzo length at 0: expected from 4 to 4096"),
                new Unreadable("lzo-length-past-end", "lzo", "found 1073741824"),
                new Unreadable("lzo-no-stream", "lzo", "lzo length at 0"),
                new Unreadable("lzo-segment-past-end", "lzo", "lzo length at 4"),
                new Unreadable("zlib-cut-off", "zlib", "zlib stream ends after"),
                new Unreadable("zlib-no-stream", "zlib", "no zlib stream"),
                new Unreadable("zstd-cut-off", "zstd", "no zstd frame"),
                new Unreadable("zstd-no-stream", "zstd", "no zstd frame"));
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
            if (rule.warning.isEmpty()) {
                assertThat(warnings.messages()).isEmpty();
            } else {
                assertThat(warnings.messages()).anyMatch(told -> told.contains(rule.warning));
            }
        }
        assertThat(paths).isEqualTo(rule.paths);
    }

    private static void walk(ByteSource volume, Warnings warnings, List<String> paths)
            throws IOException {
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
        fileSystem.walk(file -> {
            boolean isFlagged = file.flags().damaged();
            if (isFlagged || !file.path().toString().contains(MANY)) {
                paths.add(file.path() + (isFlagged ? "!" : ""));
            }
        });
    }

    /** What is wrong in the encoded content itself, a walk does not see, and reading it does. */
    @ParameterizedTest
    @MethodSource("unreadables")
    void damagedContentIsNotRead(Unreadable rule) throws IOException {
        ByteSource volume = ByteSources.of(GOLDENS.damagedImage(rule.name));
        FileSystem fileSystem =
                Objects.requireNonNull(FileSystems.open(volume, new Warnings()), "no file system");
        List<FileRecord> files = new ArrayList<>();
        fileSystem.walk(files::add);
        assertThat(files).extracting(file -> file.path().toString()).isEqualTo(COMPRESSED);
        for (FileRecord file : files.subList(1, files.size())) {
            ByteSource content = fileSystem.content(file);
            ByteBuffer all = ByteBuffer.allocate((int) file.size());
            if (file.path().toString().equals(rule.file)) {
                assertThatThrownBy(() -> content.readFully(0, all))
                        .isInstanceOf(FormatException.class)
                        .hasMessageContaining(rule.message);
            } else {
                content.readFully(0, all);
                assertThat(all.remaining()).isZero();
            }
        }
    }

    @Test
    void everyImageHasItsRule() throws IOException {
        TreeSet<String> ruled = new TreeSet<>(rules().map(Rule::name).toList());
        unreadables().map(Unreadable::name).forEach(ruled::add);
        assertThat(GOLDENS.damagedNames()).containsExactlyElementsOf(ruled);
    }
}
