package mirage.filesystem.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The walk over trees that no honest file system has. */
final class TreeWalkTest {
    private static final long ROOT = 1;
    private static final long GONE = 100_410;
    private static final long LOST = 100_404;

    private final Warnings warnings = new Warnings();
    private final Volume volume = new Volume(warnings, WorkBudget.unlimited());
    private final Tree tree = new Tree(volume);

    /** Large enough for the budget of the largest tree here; nothing of it is read. */
    private static final class Volume extends VolumeReader {
        Volume(Warnings warnings, WorkBudget work) {
            super(
                    "test",
                    ByteSources.zeros(1 << 30),
                    ByteOrder.BIG_ENDIAN,
                    warnings,
                    WorkBudget.ofVolume(1 << 30, work));
        }

        @Override
        public int blockSize() {
            return 1;
        }

        @Override
        public boolean holds(long block, long count) {
            return true;
        }

        @Override
        public long position(long block) {
            return block;
        }
    }

    /** Directories by number, with their names; other numbers are regular files. */
    private static class Tree implements FileTree<Long> {
        final Map<Long, Map<String, Long>> directories = new HashMap<>();
        private final VolumeReader volume;
        private final Map<Long, List<String>> streams = new HashMap<>();
        private int described;

        Tree(VolumeReader volume) {
            this.volume = volume;
        }

        void link(long directory, String name, long file) {
            directories.computeIfAbsent(directory, _ -> new TreeMap<>()).put(name, file);
        }

        @Override
        public Long root() {
            return ROOT;
        }

        @Override
        public Long read(long file) throws IOException {
            if (file == LOST) {
                throw new FormatException("no such file");
            }
            return file;
        }

        @Override
        public @Nullable String problem(Long file) {
            return file == GONE ? "is gone" : null;
        }

        @Override
        public boolean isDirectory(Long file) {
            return directories.containsKey(file);
        }

        @Override
        public long number(Long file) {
            return file;
        }

        @Override
        public FileRecord describe(RawName path, Long file) {
            described++;
            return new FileRecord(
                    path,
                    file,
                    isDirectory(file) ? FileType.DIRECTORY : FileType.REGULAR,
                    0,
                    0,
                    0,
                    2,
                    0,
                    new FileTimes(Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN),
                    Device.NONE,
                    RawName.EMPTY,
                    List.of(),
                    Content.NONE,
                    ContentFlags.PLAIN);
        }

        @Override
        public List<FileRecord> beside(FileRecord record, Long file) {
            return streams.getOrDefault(file, List.of()).stream()
                    .map(name -> record.withPath(RawName.of(record.path() + ":" + name)))
                    .toList();
        }

        @Override
        public DirectoryListing list(Long directory, FileRecord record, int room)
                throws IOException {
            DirectoryListing.Builder names = new DirectoryListing.Builder(volume, directory, room);
            for (Map.Entry<String, Long> entry :
                    directories.getOrDefault(directory, Map.of()).entrySet()) {
                if (!names.isFull()) {
                    names.add(0, entry.getValue(), entry.getKey().getBytes(StandardCharsets.UTF_8));
                }
            }
            return names.build();
        }
    }

    private List<String> paths() throws IOException {
        List<String> paths = new ArrayList<>();
        new TreeWalk<>(volume, tree, file -> paths.add(file.path() + "=" + file.inode())).run();
        return paths;
    }

    @Test
    void pathsComeInTheOrderOfTheirNamesParentsFirst() throws IOException {
        tree.link(ROOT, "b", 2);
        tree.link(2, "y", 4);
        tree.link(2, "x", 3);
        tree.link(3, "deep", 5);
        tree.link(ROOT, "a", 6);
        tree.link(ROOT, "c", 7);
        assertThat(paths())
                .containsExactly("=1", "a=6", "b=2", "b/x=3", "b/x/deep=5", "b/y=4", "c=7");
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void directoryIsEnteredOnce() throws IOException {
        tree.link(ROOT, "a", 2);
        tree.link(2, "loop", 2);
        tree.link(2, "root", ROOT);
        tree.link(ROOT, "b", 2);
        assertThat(paths()).containsExactly("=1", "a=2");
        assertThat(warnings.messages())
                .hasSize(3)
                .allMatch(warning -> warning.endsWith("a loop, or a second parent"));
    }

    @Test
    void whatCannotBeShownIsLeftOutWithItsReason() throws IOException {
        tree.link(ROOT, "gone", GONE);
        tree.link(ROOT, "here", 2);
        tree.link(ROOT, "lost", LOST);
        assertThat(paths()).containsExactly("=1", "here=2");
        assertThat(warnings.messages())
                .containsExactly(
                        "test directory inode 1: an entry's inode 100410 is gone",
                        "test directory inode 1: an entry's inode 100404 cannot be read: no such file");
    }

    @Test
    void fileWithSeveralNamesIsDescribedOnce() throws IOException {
        tree.link(ROOT, "a", 2);
        tree.link(ROOT, "b", 2);
        tree.link(ROOT, "c", 2);
        assertThat(paths()).containsExactly("=1", "a=2", "b=2", "c=2");
        assertThat(tree.described).isEqualTo(2);
    }

    /** As if they were names of the directory that the file is in. */
    @Test
    void whatAFileHasBesideItComesInTheOrderOfPaths() throws IOException {
        tree.link(ROOT, "a", 2);
        tree.link(ROOT, "a!", 3);
        tree.link(ROOT, "a-directory", 4);
        tree.link(4, "below", 5);
        tree.link(ROOT, "b", 6);
        tree.streams.put(ROOT, List.of("of-root"));
        tree.streams.put(2L, List.of("y", "x"));
        tree.streams.put(3L, List.of("z"));
        tree.streams.put(4L, List.of("of-directory"));
        tree.streams.put(5L, List.of("of-below"));
        tree.streams.put(6L, List.of("last"));
        assertThat(paths())
                .containsExactly(
                        "=1",
                        ":of-root=1",
                        "a=2",
                        "a!=3",
                        "a!:z=3",
                        "a-directory=4",
                        "a-directory/below=5",
                        "a-directory/below:of-below=5",
                        "a-directory:of-directory=4",
                        "a:x=2",
                        "a:y=2",
                        "b=6",
                        "b:last=6");
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void aNameGoesBeforeWhatIsCalledSo() throws IOException {
        tree.link(ROOT, "a", 2);
        tree.link(ROOT, "a:x", 3);
        tree.streams.put(2L, List.of("x"));
        assertThat(paths()).containsExactly("=1", "a=2", "a:x=3");
        assertThat(warnings.messages()).singleElement().asString().contains("by one name: a:x");
    }

    @Test
    void namesThatMakeNoSenseFlagTheirDirectory() throws IOException {
        tree.link(ROOT, ".", ROOT);
        tree.link(ROOT, "..", ROOT);
        tree.link(ROOT, "a/b", 2);
        tree.link(ROOT, "", 3);
        List<Boolean> damaged = new ArrayList<>();
        new TreeWalk<>(volume, tree, file -> damaged.add(file.flags().damaged())).run();
        assertThat(damaged).containsExactly(true);
        assertThat(warnings.messages()).hasSize(2).allMatch(w -> w.contains("a name is empty"));
    }

    @Test
    void depthEndsWithTheLengthOfPathsAndHoldsNoPathButOne() throws IOException {
        // All paths together would be a gigabyte.
        for (long directory = ROOT; directory < 40_000; directory++) {
            tree.link(directory, "d", directory + 1);
        }
        tree.link(ROOT, "e", 50_000);
        long[] shown = new long[2];
        new TreeWalk<>(
                        volume,
                        tree,
                        file -> {
                            shown[0]++;
                            shown[1] = file.inode();
                        })
                .run();
        assertThat(shown).containsExactly(1 + 32_768 + 1, 50_000);
        assertThat(warnings.messages()).anyMatch(w -> w.contains("bytes is left out"));
    }

    /** Three directories of a hundred names each fit one after the other, and not within one another. */
    @Test
    void namesAreKeptInTheImagesMemoryUntilTheyAreShown() throws IOException {
        MemoryPool pool = new MemoryPool(0, 20_000);
        try (MemoryPool.Share memory = pool.open()) {
            WorkBudget work = WorkBudget.ofWalking(1 << 30, memory);
            Tree flat = new Tree(new Volume(warnings, work));
            Tree nested = new Tree(new Volume(warnings, work));
            for (int directory = 0; directory < 3; directory++) {
                flat.link(ROOT, "d" + directory, 1000 + directory);
                nested.link(directory == 0 ? ROOT : 999 + directory, "d", 1000 + directory);
                for (int i = 0; i < 100; i++) {
                    flat.link(1000 + directory, "f" + i, 2000 + i);
                    nested.link(1000 + directory, "f" + i, 2000 + i);
                }
            }
            assertThat(count(flat)).isEqualTo(1 + 3 + 300);
            assertThat(warnings.messages()).isEmpty();
            assertThat(count(nested)).isBetween(200, 1 + 3 + 299);
            assertThat(warnings.messages())
                    .singleElement()
                    .asString()
                    .startsWith("test directory inode 1002 at 0: too many entries to keep");
            assertThat(memory.take(20_000)).as("all of it was given back").isTrue();
        }
    }

    /** The map of one file at a time is in the image's memory, while it is made and shown. */
    @Test
    void mapsOfFilesAreInTheImagesMemory() throws IOException {
        MemoryPool pool = new MemoryPool(0, 10_000_000);
        try (MemoryPool.Share memory = pool.open()) {
            VolumeReader reader = new Volume(warnings, WorkBudget.ofWalking(1 << 30, memory));
            for (int file = 0; file < 3; file++) {
                FileMapping mapping = new FileMapping(reader, file, 1 << 29, true);
                for (int run = 0; run < 100_000; run++) {
                    mapping.add(2L * run, 1, run, true);
                }
                assertThat(mapping.build().map().runCount()).isEqualTo(100_000);
            }
            FileMapping larger = new FileMapping(reader, 9, 1 << 29, true);
            assertThatThrownBy(
                            () -> {
                                for (int run = 0; run < 1_000_000; run++) {
                                    larger.add(2L * run, 1, run, true);
                                }
                            })
                    .isInstanceOf(FormatException.class)
                    .hasMessage("inode 9: more runs of blocks than memory is given for");
            reader.beginMap();
            assertThat(memory.take(10_000_000)).as("all of it was given back").isTrue();
        }
    }

    private int count(Tree of) throws IOException {
        int[] count = new int[1];
        new TreeWalk<>(of.volume, of, file -> count[0]++).run();
        return count[0];
    }

    @Test
    void excessiveWorkEndsTheWalk() {
        FileTree<Long> endless =
                new Tree(volume) {
                    @Override
                    public DirectoryListing list(Long directory, FileRecord record, int room)
                            throws IOException {
                        volume.charge(1L << 40);
                        return super.list(directory, record, room);
                    }
                };
        assertThatThrownBy(() -> new TreeWalk<>(volume, endless, file -> {}).run())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("metadata work");
    }
}
