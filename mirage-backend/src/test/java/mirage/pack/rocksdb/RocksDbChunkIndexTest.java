package mirage.pack.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.pack.ChunkIndex;
import mirage.pack.ChunkIndexContract;
import mirage.pack.ChunkPlace;
import mirage.pack.PackTables;
import mirage.pack.PackTables.Named;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

final class RocksDbChunkIndexTest extends ChunkIndexContract {
    private static final Named AB = PackTables.named(1, List.of("a", "b"));
    private static final Named BC = PackTables.named(2, List.of("b", "cc"));
    private static final Named MANY =
            PackTables.named(3, IntStream.range(0, 20_000).mapToObj(i -> "chunk " + i).toList());

    @TempDir Path folder;

    @Override
    protected ChunkIndex newIndex() throws IOException {
        return RocksDbChunkIndex.open(folder.resolve("index"));
    }

    @Test
    void keepsEverythingFromOneStartToTheNext() throws IOException {
        Path directory = folder.resolve("other");
        try (ChunkIndex before = RocksDbChunkIndex.open(directory)) {
            before.addPack(AB.id(), AB.table());
            before.addPack(BC.id(), BC.table());
            before.addPack(MANY.id(), MANY.table());
            before.removePacks(Set.of(AB.id()));
        }
        try (ChunkIndex after = RocksDbChunkIndex.open(directory)) {
            assertThat(after.packs()).containsExactlyInAnyOrder(BC.id(), MANY.id());
            assertThat(after.chunkCount()).isEqualTo(20_002);
            assertThat(after.find(PackTables.id("b"))).isEqualTo(new ChunkPlace(BC.id(), 0, 0, 1));
            assertThat(after.find(PackTables.id("a"))).isNull();
            assertThat(after.find(PackTables.id("chunk 19999"))).isNotNull();
            // Its number must be one that no dead place has.
            after.addPack(AB.id(), AB.table());
            after.removePacks(Set.of(BC.id()));
            assertThat(after.find(PackTables.id("b"))).isEqualTo(new ChunkPlace(AB.id(), 0, 1, 1));
        }
    }

    @Test
    void onlyOneUsesADirectory() throws IOException {
        assertThatThrownBy(() -> RocksDbChunkIndex.open(folder.resolve("index")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is in use");
    }

    @Test
    void onlyTheOwnerMayReadIt() throws IOException {
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("index"))))
                .isEqualTo("rwx------");
    }

    /** Damages one file after the other in every way; the index opens empty or right, and works. */
    @Test
    void aDamagedIndexIsMadeAnew() throws IOException {
        Random random = new Random(5);
        int rebuilt = 0;
        int rounds = 0;
        for (Damage damage : Damage.values()) {
            for (int file = 0; ; file++) {
                Path directory = folder.resolve(damage + "-" + file);
                make(directory);
                List<Path> files = databaseFiles(directory);
                if (file == files.size()) {
                    break;
                }
                damage.apply(files.get(file), random);
                rounds++;
                rebuilt += isRebuilt(directory, damage + " of " + files.get(file)) ? 1 : 0;
            }
        }
        assertThat(rounds).isGreaterThan(15);
        assertThat(rebuilt).isBetween(5, rounds - 1);
    }

    private static void make(Path directory) throws IOException {
        try (ChunkIndex index = RocksDbChunkIndex.open(directory)) {
            index.addPack(AB.id(), AB.table());
        }
        try (ChunkIndex index = RocksDbChunkIndex.open(directory)) {
            index.addPack(MANY.id(), MANY.table());
        }
    }

    /** Reads everything; what fails must say so and be whole after the next start. */
    private static boolean isRebuilt(Path directory, String when) throws IOException {
        for (int attempt = 0; attempt < 2; attempt++) {
            try (ChunkIndex index = RocksDbChunkIndex.open(directory)) {
                if (index.packs().size() < 2) {
                    index.addPack(AB.id(), AB.table());
                    index.addPack(MANY.id(), MANY.table());
                    assertComplete(index, when);
                    return true;
                }
                assertComplete(index, when);
                return attempt > 0;
            } catch (IOException e) {
                assertThat(attempt).as("%s: %s", when, e).isZero();
                assertThat(directory.resolve("REBUILD")).as("%s: %s", when, e).exists();
            }
        }
        throw new AssertionError(when + ": not rebuilt");
    }

    private static void assertComplete(ChunkIndex index, String when) throws IOException {
        for (int i = 0; i < 20_000; i += 7) {
            ChunkPlace place = index.find(PackTables.id("chunk " + i));
            assertThat(place).as(when).extracting(ChunkPlace::pack).isEqualTo(MANY.id());
        }
        assertThat(index.find(PackTables.id("a"))).as(when).isNotNull();
        assertThat(index.find(PackTables.id("x"))).as(when).isNull();
    }

    @Test
    void anotherVersionIsMadeAnew() throws IOException, RocksDBException {
        Path directory = folder.resolve("other");
        make(directory);
        try (IndexDatabase db = IndexDatabase.open(directory.resolve("rocksdb"));
                IndexDatabase.Batch batch = db.newBatch()) {
            batch.putMeta(IndexLayout.FORMAT_KEY, new byte[] {0, 9});
            db.write(batch);
        }
        try (ChunkIndex index = RocksDbChunkIndex.open(directory)) {
            assertThat(index.packs()).isEmpty();
        }
    }

    @Test
    void aPlaceThatIsNoneHasTheIndexMadeAnew() throws IOException, RocksDBException {
        Path directory = folder.resolve("other");
        make(directory);
        try (IndexDatabase db = IndexDatabase.open(directory.resolve("rocksdb"));
                IndexDatabase.Batch batch = db.newBatch()) {
            batch.putPlace(PackTables.id("a").toBytes(), new byte[] {1});
            db.write(batch);
        }
        assertThat(isRebuilt(directory, "a place of 1 byte")).isTrue();
    }

    private static List<Path> databaseFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("rocksdb"))) {
            return files.filter(f -> !f.endsWith("LOCK") && !f.toString().contains("LOG"))
                    .sorted()
                    .toList();
        }
    }

    private enum Damage {
        DELETED {
            @Override
            void apply(Path file, Random random) throws IOException {
                Files.delete(file);
            }
        },
        CUT_SHORT {
            @Override
            void apply(Path file, Random random) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            }
        },
        FLIPPED {
            @Override
            void apply(Path file, Random random) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                for (int i = 0; i < 20 && bytes.length > 0; i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bytes);
            }
        };

        abstract void apply(Path file, Random random) throws IOException;
    }
}
