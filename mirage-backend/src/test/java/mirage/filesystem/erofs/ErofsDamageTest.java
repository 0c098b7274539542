package mirage.filesystem.erofs;

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
 * Each image of {@code golden/erofs/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names it, or all that the damage does not touch is shown, with a warning.
 */
final class ErofsDamageTest {
    private static final List<String> WHOLE =
            List.of("", "a", "a/b", "a/inner", "c", "c/leaf", "link", "ok", "victim");
    private static final DamagedImages IMAGES = new DamagedImages(new GoldenImages("erofs"), WHOLE);

    private static Stream<Rule> rules() {
        return Stream.of(
                        superblock(),
                        inodes(),
                        attributes(),
                        directories(),
                        chunks(),
                        compressed(),
                        extents())
                .flatMap(rules -> rules);
    }

    private static Stream<Rule> superblock() {
        return Stream.of(
                IMAGES.refused("superblock-block-bits-30", "blkszbits"),
                IMAGES.refused("superblock-block-bits-8", "blkszbits"),
                IMAGES.refused("superblock-directory-blocks-large", "dirblkbits"),
                IMAGES.refused("superblock-48-bit", "found 48bit"),
                IMAGES.refused("superblock-metabox", "found metabox"),
                IMAGES.refused("superblock-incompat-unknown", "found 0x4000"),
                IMAGES.whole("superblock-checksum-wrong", "checksum expected"),
                IMAGES.whole("superblock-blocks-huge", "17592186040320 bytes expected"),
                IMAGES.refused("superblock-metadata-past-end", "inode 38 at 17592186041536"),
                IMAGES.refused("superblock-root-past-end", "inode 65535 at"),
                IMAGES.refused("superblock-root-no-directory", "a directory expected"));
    }

    private static Stream<Rule> inodes() {
        return Stream.of(
                IMAGES.without("inode-layout-unknown", "from 0 to 4, found 5", "victim"),
                IMAGES.without("inode-without-type", "has no type that exists", "victim"),
                IMAGES.without("inode-size-negative", "i_size", "victim"),
                IMAGES.damaged("inode-size-huge", "4611686018427383808 bytes", "victim"),
                IMAGES.damaged("file-past-end", "57344 bytes at 8796093018112", "victim"),
                IMAGES.damaged("link-empty", "found 0 in layout 2", "link"),
                IMAGES.damaged("link-huge", "found 5000 in layout 2", "link"));
    }

    private static Stream<Rule> attributes() {
        return Stream.of(
                IMAGES.damaged("attributes-past-end", "attributes: 262148 bytes", "victim"),
                IMAGES.whole("attributes-shared-too-many", "shared attribute: 4 bytes"),
                IMAGES.whole("attribute-shared-past-end", "4 bytes at 4294967292"),
                IMAGES.whole("attributes-where-content-is", "shared attribute: 4 bytes"),
                IMAGES.whole("attribute-name-past-end", "field of 250 bytes"),
                IMAGES.whole("attribute-prefix-long", "a short prefix, found 129"));
    }

    private static Stream<Rule> directories() {
        String[] inA = {"a/b", "a/inner"};
        return Stream.of(
                IMAGES.damaged("directory-names-at-0", "found at 0", "a", inA),
                IMAGES.damaged("directory-names-at-13", "found at 13", "a", inA),
                IMAGES.damaged("directory-names-past-end", "found at 60000", "a", inA),
                IMAGES.damaged("directory-name-before-names", "from 48 to 1", "a", inA),
                IMAGES.damaged("directory-name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.damaged("directory-name-with-nul", "or NUL", "a", "a/b"),
                IMAGES.damaged("directory-name-twice", "by one name", "", "c", "c/leaf"),
                IMAGES.without("directory-loop", "a loop, or a second parent", "a/b"),
                IMAGES.with(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "a/b/leaf",
                        "c",
                        "c/leaf"),
                IMAGES.without("directory-entry-past-end", "volume ends at 61440", "ok"),
                IMAGES.without("directory-entry-negative", "inode 9223372036854775808", "ok"),
                IMAGES.damaged("directory-size-huge", "the end at 1099511627776", "a", inA));
    }

    private static Stream<Rule> chunks() {
        return Stream.of(
                IMAGES.damaged("chunk-past-end", "4096 bytes at 8796093018112", "victim"),
                IMAGES.damaged("chunk-on-another-device", "device of a chunk", "victim"),
                IMAGES.whole("chunk-hole", ""),
                IMAGES.damaged("chunks-too-many", "1125899906842624 chunks", "victim"),
                IMAGES.damaged("chunks-past-end", "chunks: 2097152 bytes", "victim"),
                IMAGES.whole("chunk-size-2-43", ""));
    }

    private static Stream<Rule> compressed() {
        return Stream.of(
                IMAGES.damaged("fragment-of-tail", "no fragments", "victim"),
                IMAGES.damaged("fragment-of-all", "no fragments", "victim"),
                IMAGES.damaged("compressed-by-zstd", "compressed by zstd", "victim"),
                IMAGES.damaged("compressed-by-unknown", "by method 9", "victim"),
                IMAGES.damaged("encoded-extents", "no encoded extents", "victim"),
                IMAGES.damaged("clusters-too-many", "up to 16777216 clusters", "victim"),
                IMAGES.damaged("compacted-clusters-large", "clusters of 2^19 bytes", "victim"),
                IMAGES.damaged("index-past-end", "cluster index: 524288 bytes", "victim"));
    }

    private static Stream<Rule> extents() {
        return Stream.of(
                IMAGES.damaged("extent-past-end", "4096 bytes at 8796093018112", "victim"),
                IMAGES.damaged("extent-first-missing", "begins at 9602, out of order", "victim"),
                IMAGES.damaged("extent-first-not-at-0", "begins at 100, out of order", "victim"),
                IMAGES.damaged("extent-offset-past-cluster", "60000 bytes into", "victim"),
                IMAGES.damaged("extent-plain-too-long", "9602 bytes as they are", "victim"),
                IMAGES.damaged("extent-of-2000-blocks", "8192000 bytes at 4096", "victim"),
                IMAGES.unreadable("extent-damaged", "lz4 block: a match", "victim"),
                IMAGES.unreadable("extent-of-zeros", "lz4 block: the end", "victim"),
                IMAGES.damaged("tail-past-end", "65535 bytes at 24744", "victim"),
                IMAGES.unreadable("tail-empty", "lz4 block: the end", "victim"));
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
