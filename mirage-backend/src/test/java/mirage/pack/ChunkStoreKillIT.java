package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.directory.DirectoryBlobStore;
import mirage.chunk.ChunkId;
import mirage.pack.rocksdb.RocksDbChunkIndex;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills (SIGKILL) a process that stores chunks in a loop, at any moment, again and again on the same directory; after
 * each, everything that it had committed is there, all packs are whole, and the index says what the packs say.
 */
final class ChunkStoreKillIT {
    private static final int ROUNDS = 12;
    private static final PackSettings SMALL = new PackSettings(16 << 10, 128 << 10, 3, 1 << 20);

    @TempDir Path folder;

    @Test
    void whatWasCommittedSurvives() throws Exception {
        long seed = Long.getLong("mirage.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Long> committed = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Long> before = List.copyOf(committed);
            committed.addAll(runAndKill(1000L * round, 1 + random.nextInt(400)));
            assertThat(committed).as("seed %d", seed).hasSizeGreaterThan(before.size());
            assertConsistent(committed, "seed " + seed + " round " + round);
        }
    }

    /** The seeds whose chunks the child said it had committed. */
    private List<Long> runAndKill(long firstSeed, int afterMillis) throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx128m",
                                // Libraries that a killed process unpacked are left behind.
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                folder.toString(),
                                Long.toString(firstSeed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<Long> committed = new ArrayList<>();
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            assertThat(line).as("first line of the child").isNotNull();
            Thread killer =
                    Thread.ofVirtual()
                            .start(() -> {
                                sleep(afterMillis);
                                child.toHandle().destroyForcibly();
                            });
            while (line != null) {
                committed.add(Long.valueOf(line));
                line = out.readLine();
            }
            killer.join();
        }
        assertThat(child.waitFor()).as("killed").isEqualTo(128 + 9);
        return committed;
    }

    private void assertConsistent(List<Long> committed, String when) throws IOException {
        try (BlobStore blobs = DirectoryBlobStore.open(folder.resolve("blobs"));
                ChunkStore store =
                        ChunkStore.open(
                                blobs, RocksDbChunkIndex.open(folder.resolve("index")), SMALL)) {
            assertThat(store.unreadablePacks()).as(when).isEmpty();
            for (long seed : committed) {
                for (Map.Entry<ChunkId, ByteBuffer> chunk : chunks(seed).entrySet()) {
                    assertThat(store.read(chunk.getKey())).as(when).isEqualTo(chunk.getValue());
                }
            }
            assertPacksAreWhole(blobs, store, when);
            try (Stream<Path> temporaries = Files.list(folder.resolve("blobs/tmp"))) {
                assertThat(temporaries).as("%s: but its own lock", when).hasSize(1);
            }
        }
    }

    private static void assertPacksAreWhole(BlobStore blobs, ChunkStore store, String when)
            throws IOException {
        MemoryChunkIndex expected = new MemoryChunkIndex();
        PackVerifier verifier = new PackVerifier(blobs);
        for (BlobName name : blobs.list(BlobKind.PACK)) {
            PackId pack = new PackId(name.id());
            assertThat(verifier.verify(pack)).as(when).isEmpty();
            PackTable table = PackFormat.readTable(pack, blobs.open(name));
            expected.addPack(pack, table);
            for (PackChunk chunk : table.chunks()) {
                assertThat(store.find(chunk.id())).as(when).isNotNull();
            }
        }
        assertThat(store.packs()).as(when).isEqualTo(expected.packs());
        assertThat(store.statistics()).as(when).isEqualTo(expected.statistics());
    }

    private static Map<ChunkId, ByteBuffer> chunks(long seed) {
        return Chunks.random(new Random(seed), 40, 8000);
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Stores the chunks of one seed after the other and says so, until it is killed. */
    static final class Child {
        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[0]);
            try (BlobStore blobs = DirectoryBlobStore.open(folder.resolve("blobs"));
                    ChunkStore store =
                            ChunkStore.open(
                                    blobs,
                                    RocksDbChunkIndex.open(folder.resolve("index")),
                                    SMALL)) {
                for (long seed = Long.parseLong(args[1]); ; seed++) {
                    try (ChunkWriter writer = store.newWriter()) {
                        Chunks.putAll(writer, chunks(seed));
                        writer.commit();
                    }
                    System.out.println(seed);
                    System.out.flush();
                }
            }
        }
    }
}
