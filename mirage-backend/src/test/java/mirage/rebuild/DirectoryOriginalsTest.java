package mirage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is kept is found again at its place, in a budget, and whatever happens to the files. */
final class DirectoryOriginalsTest {
    private static final int LENGTH = 1 << 20;

    @TempDir private Path directory;

    private static byte[] bytes(int value) {
        byte[] bytes = new byte[5000];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static void keep(Originals originals, String name, long offset, int value) {
        try (Original original = originals.open(name, LENGTH)) {
            original.keep(offset, bytes(value));
        }
    }

    private static boolean has(Originals originals, String name, long offset, int value) {
        byte[] read = new byte[5000];
        try (Original original = originals.open(name, LENGTH)) {
            return original.read(offset, read) && Arrays.equals(read, bytes(value));
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsKeptIsFoundAlsoByTheNextProcess() throws IOException {
        Originals originals = DirectoryOriginals.open(directory, 10 * LENGTH);
        try (Original original = originals.open("aa", LENGTH)) {
            assertThat(original.read(0, new byte[10])).isFalse();
            assertThat(names()).as("only what is kept takes a file").isEmpty();
            original.keep(7000, bytes(1));
            original.keep(LENGTH - 5000, bytes(2));
            byte[] read = new byte[5000];
            assertThat(original.read(7000, read)).isTrue();
            assertThat(read).isEqualTo(bytes(1));
        }
        Originals next = DirectoryOriginals.open(directory, 10 * LENGTH);
        assertThat(has(next, "aa", 7000, 1)).isTrue();
        assertThat(has(next, "aa", LENGTH - 5000, 2)).isTrue();
        assertThat(has(next, "aa", 20_000, 1)).isFalse();
        assertThat(has(next, "bb", 7000, 1)).isFalse();
        assertThat(Files.size(directory.resolve("aa"))).isEqualTo(LENGTH);
    }

    @Test
    void theLeastUsedMakesRoom() throws IOException {
        Originals originals = DirectoryOriginals.open(directory, 3 * LENGTH);
        keep(originals, "aa", 0, 1);
        keep(originals, "bb", 0, 2);
        keep(originals, "cc", 0, 3);
        assertThat(has(originals, "aa", 0, 1)).isTrue();
        keep(originals, "dd", 0, 4);
        assertThat(names()).containsExactly("aa", "cc", "dd");
        assertThat(has(originals, "bb", 0, 2)).isFalse();

        // A reader of one that goes meanwhile reads on.
        try (Original open = originals.open("cc", LENGTH)) {
            assertThat(open.read(0, new byte[5000])).isTrue();
            keep(originals, "ee", 0, 5);
            keep(originals, "ff", 0, 5);
            keep(originals, "gg", 0, 5);
            byte[] read = new byte[5000];
            assertThat(open.read(0, read)).isTrue();
            assertThat(read).isEqualTo(bytes(3));
        }
        assertThat(names()).containsExactly("ee", "ff", "gg");
    }

    @Test
    void aSmallerBudgetHoldsAtTheNextStart() throws IOException {
        Originals originals = DirectoryOriginals.open(directory, 3 * LENGTH);
        for (String name : List.of("aa", "bb", "cc")) {
            keep(originals, name, 0, 1);
        }
        Files.setLastModifiedTime(directory.resolve("cc"), FileTime.fromMillis(1000));
        DirectoryOriginals.open(directory, 2 * LENGTH);
        assertThat(names()).containsExactly("aa", "bb");
    }

    @Test
    void whatIsLargerThanTheBudgetIsNotKept() throws IOException {
        Originals originals = DirectoryOriginals.open(directory, LENGTH - 1);
        keep(originals, "aa", 0, 1);
        assertThat(names()).isEmpty();
        assertThat(has(originals, "aa", 0, 1)).isFalse();
    }

    @Test
    void filesThatGoOrShrinkAreNoHarm() throws IOException {
        Originals originals = DirectoryOriginals.open(directory, 3 * LENGTH);
        keep(originals, "aa", 9000, 1);
        Files.write(directory.resolve("aa"), new byte[100]);
        assertThat(has(originals, "aa", 9000, 1)).isFalse();
        keep(originals, "aa", 9000, 1);
        assertThat(has(originals, "aa", 9000, 1)).isTrue();
        Files.delete(directory.resolve("aa"));
        assertThat(has(originals, "aa", 9000, 1)).isFalse();
        keep(originals, "aa", 9000, 1);
        assertThat(has(originals, "aa", 9000, 1)).isTrue();
    }
}
