package mirage.filesystem.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.DamagedImages;
import mirage.filesystem.DamagedImages.Change;
import mirage.filesystem.DamagedImages.Damage;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Each rule breaks one thing of a golden image of FAT12: the image is refused with a message that names the field, or all
 * that the damage does not touch is shown, with a warning.
 */
final class ClusterDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("fat");
    private static final String IMAGE = "fat12-most";
    private static final int TABLE_AT = 512;
    private static final int SECOND_TABLE_AT = TABLE_AT + 12 * 512;
    private static final List<String> WHOLE = GOLDENS.paths(IMAGE);
    private static final DamagedImages IMAGES = new DamagedImages(GOLDENS, WHOLE);

    /** In {@code fat12-most}; the names of eight and three that mtools gave them. */
    private static final String FRAGMENTS = "FRAGME~1   ";

    private static final String DIRECTORY = "DIRECT~1   ";

    private static Damage refused(String name, Change change, String message) {
        return new Damage(IMAGES.refused(name, message), change);
    }

    private static Damage whole(String name, Change change, String message) {
        return new Damage(IMAGES.whole(name, message), change);
    }

    private static Damage fragments(String name, Change change, String message) {
        return new Damage(IMAGES.damaged(name, message, "fragment-1"), change);
    }

    private static Damage directory(String name, Change change, String message, String... missing) {
        return new Damage(IMAGES.damaged(name, message, "directory", missing), change);
    }

    private static String[] pathsFrom(String begin) {
        return WHOLE.stream().filter(path -> path.startsWith(begin)).toArray(String[]::new);
    }

    private static Stream<Damage> rules() {
        return Stream.of(
                refused("sector-size-513", i -> i.putShort(11, (short) 513), "BPB_BytsPerSec"),
                refused("sector-size-8192", i -> i.putShort(11, (short) 8192), "BPB_BytsPerSec"),
                refused("cluster-size-3", i -> i.put(13, (byte) 3), "BPB_SecPerClus"),
                refused("reserved-0", i -> i.putShort(14, (short) 0), "BPB_RsvdSecCnt"),
                refused("tables-0", i -> i.put(16, (byte) 0), "BPB_NumFATs"),
                refused("root-entries-odd", i -> i.putShort(17, (short) 113), "BPB_RootEntCnt"),
                refused("media-0", i -> i.put(21, (byte) 0), "BPB_Media"),
                refused("table-huge", i -> i.putShort(22, (short) -1), "BPB_TotSec"),
                refused("sectors-few", i -> i.putShort(19, (short) 20), "BPB_TotSec"),
                whole("dirty", i -> i.put(37, (byte) 1), "not unmounted"),
                whole(
                        "tables-differ",
                        i ->
                                i.put(
                                        SECOND_TABLE_AT + 100,
                                        (byte) (i.get(SECOND_TABLE_AT + 100) + 1)),
                        "table: its copies differ at 100"),
                fragments("chain-short", i -> link(i, FRAGMENTS, 0xfff), "its chain has 1 of 47"),
                fragments("chain-to-free", i -> link(i, FRAGMENTS, 0), "which marks a free one"),
                fragments("chain-to-bad", i -> link(i, FRAGMENTS, 0xff7), "which marks a bad one"),
                fragments("chain-past-end", i -> link(i, FRAGMENTS, 0xff6), "which there is not"),
                fragments(
                        "chain-cycle",
                        i -> link(i, FRAGMENTS, first(i, FRAGMENTS)),
                        "extents overlap"),
                fragments("file-without-cluster", i -> setFirst(i, FRAGMENTS, 0), "to cluster 0"),
                fragments(
                        "size-4-gib",
                        i -> i.putInt(entry(i, FRAGMENTS) + 28, -1),
                        "8388608 clusters expected"),
                directory(
                        "directory-without-cluster",
                        i -> setFirst(i, DIRECTORY, 0),
                        "to cluster 0",
                        pathsFrom("directory/")),
                directory(
                        "directory-chain-cycle",
                        i -> link(i, DIRECTORY, first(i, DIRECTORY)),
                        "leads back to cluster"),
                new Damage(
                        IMAGES.without(
                                "directory-loop",
                                "a loop, or a second parent",
                                pathsFrom("directory/of")),
                        i -> setFirst(i, "OF         ", first(i, DIRECTORY))),
                new Damage(
                        IMAGES.with(
                                "long-name-of-another",
                                "the long name before it is not its own",
                                "FRAGME~1",
                                "fragment-1"),
                        i -> i.put(entry(i, FRAGMENTS) - 32 + 13, (byte) 1)));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void damageIsNamedAndTouchesNothingElse(Damage damage) throws IOException {
        IMAGES.check(damage, GOLDENS.image(IMAGE));
    }

    @Test
    void whatIsCutOffIsLeftOut() throws IOException {
        byte[] image = GOLDENS.image(IMAGE);
        Warnings warnings = new Warnings();
        List<String> paths = new ArrayList<>();
        ByteSource begin = ByteSources.of(image).slice(0, SECOND_TABLE_AT + (100 << 9));
        Objects.requireNonNull(FileSystems.open(begin, warnings))
                .walk(file -> paths.add(file.path() + (file.flags().damaged() ? "!" : "")));
        assertThat(warnings.messages())
                .anyMatch(warning -> warning.contains("BPB_TotSec says " + image.length));
        assertThat(paths).contains("fragment-1!", "gap2", "many!");
    }

    @Test
    void otherVolumesAreNotOurs() throws IOException {
        assertThat(FileSystems.open(ByteSources.zeros(0), new Warnings())).isNull();
        assertThat(FileSystems.open(ByteSources.zeros(1 << 20), new Warnings())).isNull();
        byte[] unnamed = GOLDENS.image(IMAGE);
        System.arraycopy(new byte[8], 0, unnamed, 54, 8);
        assertThat(FileSystems.open(ByteSources.of(unnamed), new Warnings())).isNotNull();
        unnamed[TABLE_AT + 1] = 0;
        assertThat(FileSystems.open(ByteSources.of(unnamed), new Warnings())).isNull();
    }

    /** Where the entry of a name begins. */
    private static int entry(ByteBuffer image, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = SECOND_TABLE_AT; at < image.limit(); at += 32) {
            if (image.slice(at, wanted.length).equals(ByteBuffer.wrap(wanted))) {
                return at;
            }
        }
        throw new AssertionError("no entry " + name);
    }

    private static int first(ByteBuffer image, String name) {
        return Short.toUnsignedInt(image.getShort(entry(image, name) + 26));
    }

    private static void setFirst(ByteBuffer image, String name, int cluster) {
        image.putShort(entry(image, name) + 26, (short) cluster);
    }

    /** Sets what the table says of the first cluster of a file, in both copies. */
    private static void link(ByteBuffer image, String name, int next) {
        int cluster = first(image, name);
        for (int table : new int[] {TABLE_AT, SECOND_TABLE_AT}) {
            int at = table + cluster * 3 / 2;
            int pair = Short.toUnsignedInt(image.getShort(at));
            int value = cluster % 2 == 0 ? pair & 0xf000 | next : pair & 0xf | next << 4;
            image.putShort(at, (short) value);
        }
    }
}
