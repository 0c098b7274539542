package mirage.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Files are found again before the table is written. */
final class FileTableBuilderTest {
    private static final FileTimes TIMES =
            new FileTimes(Time.UNKNOWN, new Time(7, 8), new Time(9, 0), Time.UNKNOWN);

    /** In the order of a walk. */
    private final Map<String, FileRecord> files = new TreeMap<>(FileTableBuilderTest::compare);

    private final FileTableBuilder table = new FileTableBuilder();

    private static int compare(String left, String right) {
        return left.replace('/', '\0').compareTo(right.replace('/', '\0'));
    }

    /** Directories with names that stand before and behind a slash, in many blocks. */
    private void fill() {
        Random random = new Random(20261130);
        put("", FileType.DIRECTORY);
        for (int i = 0; i < 300; i++) {
            String directory = "d" + random.nextInt(100);
            put(directory, FileType.DIRECTORY);
            put(directory + "-", FileType.REGULAR);
            put(directory + "0", FileType.DIRECTORY);
            for (int f = 0; f < 20; f++) {
                put(directory + "/f" + random.nextInt(500), FileType.REGULAR);
                put(directory + "0/g/h" + random.nextInt(500), FileType.REGULAR);
            }
        }
        files.values().forEach(table::add);
    }

    private void put(String path, FileType type) {
        files.put(
                path,
                new FileRecord(
                        RawName.of(path),
                        files.size() + 1,
                        type,
                        0644,
                        0,
                        0,
                        1,
                        0,
                        TIMES,
                        Device.NONE,
                        RawName.EMPTY,
                        List.of(),
                        Content.NONE,
                        ContentFlags.PLAIN));
    }

    @Test
    void everyFileIsFoundByItsPath() throws IOException {
        fill();
        Map<RawName, FileRecord> expected = new HashMap<>();
        List<RawName> wanted = new ArrayList<>();
        for (FileRecord file : files.values()) {
            expected.put(file.path(), file);
            wanted.add(file.path());
            wanted.add(file.path().child(RawName.of("missing")));
        }
        assertThat(table.find(wanted)).isEqualTo(expected);
        assertThat(table.find(List.of(RawName.of("d5/f0x"), RawName.of("zzz")))).isEmpty();
    }

    @Test
    void whatIsBelowADirectoryIsFound() throws IOException {
        fill();
        for (String directory : List.of("", "d5", "d50", "d5-", "d99", "d7/f3", "d70/g", "none")) {
            List<FileRecord> expected =
                    files.values().stream()
                            .filter(file -> isAtOrBelow(directory, file.path().toString()))
                            .toList();
            assertThat(below(directory)).as(directory).isEqualTo(expected);
        }
        assertThat(below("")).hasSizeGreaterThan(5000);
    }

    private static boolean isAtOrBelow(String directory, String path) {
        return directory.isEmpty() || path.equals(directory) || path.startsWith(directory + "/");
    }

    private List<FileRecord> below(String directory) throws IOException {
        List<FileRecord> found = new ArrayList<>();
        table.forEachBelow(RawName.of(directory), found::add);
        return found;
    }

    @Test
    void aSearchEndsWhenItIsTold() throws IOException {
        fill();
        List<FileRecord> found = new ArrayList<>();
        table.forEachBelow(
                RawName.EMPTY,
                file -> {
                    found.add(file);
                    return found.size() < 3;
                });
        assertThat(found).hasSize(3);
    }

    @Test
    void anEmptyTableHasNothing() throws IOException {
        assertThat(table.find(List.of(RawName.of("a")))).isEmpty();
        assertThat(below("")).isEmpty();
    }
}
