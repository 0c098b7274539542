package mirage.filesystem.iso9660;

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
 * Each image of {@code golden/iso9660/damaged} breaks the one rule that it is named after ({@code damage.py}): it is
 * refused with a message that names it, or all that the damage does not touch is shown, with a warning.
 */
final class Iso9660DamageTest {
    private static final List<String> WHOLE =
            List.of("", "a", "a/b", "a/inner", "c", "c/leaf", "link", "long-link", "ok", "victim");
    private static final DamagedImages IMAGES =
            new DamagedImages(new GoldenImages("iso9660"), WHOLE);

    private static Stream<Rule> rules() {
        return Stream.of(descriptors(), records(), directories(), systemUse(), zisofs())
                .flatMap(rules -> rules);
    }

    private static Stream<Rule> descriptors() {
        return Stream.of(
                IMAGES.refused("descriptor-block-size-0", "logical block size"),
                IMAGES.refused("descriptor-block-size-4096", "logical block size"),
                IMAGES.refused("descriptor-root-at-0", "root directory's extent"),
                IMAGES.refused("descriptor-root-past-end", "outside the volume"),
                IMAGES.refused("descriptor-root-no-directory", "length of the name"),
                IMAGES.whole("descriptor-space-size-huge", "says 8796093020160 bytes"),
                IMAGES.refused("udf-alone", "udf is recognised"),
                IMAGES.refused("high-sierra", "high sierra is recognised"),
                new Rule(
                        "volume-cut",
                        "the volume holds 45156",
                        List.of(
                                "",
                                "a",
                                "a/b",
                                "a/inner!",
                                "link",
                                "long-link",
                                "ok!",
                                "victim!")));
    }

    private static Stream<Rule> records() {
        return Stream.of(
                IMAGES.damaged("record-too-short", "found 20", "a", "a/inner"),
                IMAGES.damaged("record-name-past-end", "found 250", "a", "a/inner"),
                IMAGES.damaged("record-without-name", "found 0", "a", "a/inner"),
                IMAGES.damaged("file-past-end", "10000 bytes at 2199023255552", "victim"),
                IMAGES.damaged("file-size-huge", "4294967295 bytes", "victim"),
                IMAGES.damaged("file-interleaved", "interleaved", "victim"),
                IMAGES.damaged("file-goes-on-without-end", "is recognised", "victim"));
    }

    private static Stream<Rule> directories() {
        return Stream.of(
                IMAGES.without("directory-loop", "a loop, or a second parent", "a/b"),
                IMAGES.with(
                        "directory-two-parents",
                        "a loop, or a second parent",
                        "a/b/leaf",
                        "c",
                        "c/leaf"),
                IMAGES.without("directory-is-a-file", "length of the name", "a/b"),
                IMAGES.without("directory-past-end", "outside the volume", "a/b"),
                new Rule(
                        "directory-size-huge",
                        "within the sector, found 1",
                        List.of(
                                "",
                                "a!",
                                "a/b",
                                "a/inner",
                                "a/leaf",
                                "c",
                                "c/leaf",
                                "link",
                                "long-link",
                                "ok",
                                "victim")),
                IMAGES.without("directory-by-record-only", "length of the name", "victim"),
                IMAGES.without("directory-by-mode-only", "or its mode only", "a/b"));
    }

    private static Stream<Rule> systemUse() {
        return Stream.of(
                IMAGES.whole("root-mode-without-type", "root directory has no type that exists"),
                IMAGES.without("mode-without-type", "has no type that exists", "victim"),
                IMAGES.damaged("entry-too-short-for-its-fields", "PX", "victim"),
                IMAGES.damaged("entry-length-0", "length of an entry", "victim"),
                IMAGES.damaged("entry-past-end", "length of an entry", "victim"),
                IMAGES.damaged("name-with-slash", "holds '/'", "a", "a/inner"),
                IMAGES.damaged("name-with-nul", "or NUL", "a", "a/inner"),
                IMAGES.damaged("name-twice", "by one name", "", "c", "c/leaf"),
                IMAGES.damaged("continuation-past-end", "of block 1073741824", "long-link"),
                IMAGES.damaged("continuation-huge", "of 1073741824 bytes", "long-link"),
                IMAGES.damaged("continuation-cycle", "more than 32 areas", "long-link"),
                IMAGES.damaged("link-component-past-end", "field of 200 bytes", "link"),
                IMAGES.damaged("link-without-target", "a link without a target", "link"),
                IMAGES.without("child-link-past-end", "outside the volume", "victim"),
                IMAGES.without("child-link-loop", "a loop, or a second parent", "victim"),
                IMAGES.without("relocated-without-child-link", "", "victim"),
                IMAGES.damaged("file-sparse", "sparse file (SF)", "victim"));
    }

    private static Stream<Rule> zisofs() {
        return Stream.of(
                IMAGES.unreadable("zisofs-without-header", "magic", "victim"),
                IMAGES.whole("zisofs-algorithm-unknown", "compressed by 'PZ'"),
                IMAGES.whole("zisofs-block-huge", "compressed by 'pz'"),
                IMAGES.whole("zisofs-zeros", ""),
                IMAGES.unreadable("zisofs-pointers-descend", "zisofs block 0", "victim"),
                IMAGES.unreadable("zisofs-pointer-past-end", "28 and 4294967295", "victim"),
                IMAGES.unreadable("zisofs-no-stream", "no zlib stream", "victim"));
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
