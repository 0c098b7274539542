package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.awaitStructured;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.CatalogEntry;
import mirage.catalog.DirectoryCatalog;
import mirage.catalog.ImageId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteWriter;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Several nodes over one directory, here in one process; {@code SeveralProcessesIT} has the rest. */
@Timeout(300)
final class SharingTest {
    private static final long SEED = 20250301;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] DISK = RandomDisks.disk(1, 3_000_000);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void whatOneNodeAcknowledgedTheOthersGiveAtOnce(Acknowledge acknowledge) throws IOException {
        try (MirageLibrary a = open("a", acknowledge);
                MirageLibrary b = open("b", acknowledge)) {
            for (int i = 0; i < 6; i++) {
                byte[] disk = RandomDisks.disk(i, 1_000_000);
                store(i % 2 == 0 ? a : b, "image-" + i, disk);
                assertGives(i % 2 == 0 ? b : a, "image-" + i, disk, SEED);
            }
            assertThat(a.list()).hasSize(6);
            awaitStructured(a);
            assertThat(b.list()).isEqualTo(a.list());
            b.rename(new ImageId("image-0"), "another");
            assertThat(Objects.requireNonNull(a.find(new ImageId("image-0"))).name())
                    .isEqualTo("another");
            a.delete(new ImageId("image-1"));
            assertThat(b.find(new ImageId("image-1"))).isNull();
            assertThatThrownBy(() -> b.open(new ImageId("image-1"), View.CONTAINER))
                    .isInstanceOf(ImageNotFoundException.class);
            assertClean(a);
            assertClean(b);
        }
    }

    @Test
    void anImageThatAnotherNodeDeletesIsReadToItsEnd() throws IOException {
        try (MirageLibrary a = open("a", Acknowledge.COMMITTED);
                MirageLibrary b = open("b", Acknowledge.COMMITTED);
                MirageLibrary gated = openGated("c")) {
            store(a, "structured", DISK);
            store(gated, "spooled", DISK);
            for (String id : List.of("structured", "spooled")) {
                try (ImageContent held = b.open(new ImageId(id), View.CONTAINER)) {
                    a.delete(new ImageId(id));
                    ByteBuffer bytes = ByteBuffer.allocate(DISK.length);
                    held.readFully(0, bytes);
                    assertThat(bytes.array()).isEqualTo(DISK);
                }
            }
        }
    }

    @Test
    void nodesShareEqualContent() throws Exception {
        try (MirageLibrary a = open("a", Acknowledge.COMMITTED);
                MirageLibrary b = open("b", Acknowledge.COMMITTED)) {
            store(a, "first", DISK);
            long chunks = a.statistics().chunks();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (b.statistics().chunks() < chunks) {
                assertThat(System.nanoTime()).as("b looks every 200 ms").isLessThan(deadline);
                Thread.sleep(20);
            }
            store(b, "second", DISK);
            assertThat(b.statistics().chunks()).isEqualTo(chunks);
            assertGives(a, "second", DISK, SEED);
        }
    }

    @Test
    void anIdThatAnotherNodeReceivesIsRefused() throws IOException {
        try (MirageLibrary a = open("a", Acknowledge.COMMITTED);
                MirageLibrary b = open("b", Acknowledge.COMMITTED)) {
            InputStream upload =
                    new InputStream() {
                        private int at;

                        @Override
                        public int read() throws IOException {
                            if (at == 100) {
                                assertThatThrownBy(() -> store(b, "image", new byte[10]))
                                        .isInstanceOf(ImageExistsException.class);
                                assertThatThrownBy(() ->
                                                b.move(new ImageId("other"), new ImageId("image")))
                                        .isInstanceOf(ImageExistsException.class);
                            }
                            return at < 200 ? at++ : -1;
                        }
                    };
            store(a, "other", DISK);
            assertThat(a.store(new ImageId("image"), "", upload).size()).isEqualTo(200);
            assertThatThrownBy(() -> store(b, "image", new byte[10]))
                    .isInstanceOf(ImageExistsException.class);
            assertGives(b, "other", DISK, SEED);
        }
    }

    @Test
    void aNodeNameBelongsToOneProcess() throws IOException {
        try (MirageLibrary a = open("a", Acknowledge.COMMITTED)) {
            assertThatThrownBy(() -> open("a", Acknowledge.COMMITTED))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining("as node a")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(a.list()).isEmpty();
        }
        for (String name :
                List.of("", "A", "a/b", "..", "-a", "a b", "x".repeat(41), "visitor-1")) {
            assertThatThrownBy(() -> NodeSettings.named(name))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** What a node had acknowledged is served all the time, and taken apart by another when the node stays away. */
    @Test
    void anotherNodeTakesOverFromOneThatStaysAway() throws IOException {
        try (MirageLibrary gated = openGated("gone")) {
            store(gated, "one", DISK);
            store(gated, "two", DISK);
            store(gated, "deleted", DISK);
        }
        // What a crash leaves.
        Files.write(directory.resolve("spool/three@gone@0123456789abcdef.spool"), new byte[10]);
        Files.write(directory.resolve("spool/four@gone@0123456789abcdef.map"), new byte[10]);
        Files.writeString(directory.resolve("spool/three.claim"), "gone");
        Files.write(directory.resolve("catalog/one@gone@5.tmp"), new byte[10]);
        try (MirageLibrary b = open("b", Acknowledge.COMMITTED);
                MirageLibrary c = open("c", Acknowledge.COMMITTED)) {
            assertGives(b, "one", DISK, SEED);
            c.delete(new ImageId("deleted"));
            for (String id : List.of("one", "two")) {
                assertThat(b.awaitStructured(new ImageId(id), PATIENCE).state())
                        .isEqualTo(StoredImage.State.STRUCTURED);
                assertGives(c, id, DISK, SEED);
            }
            awaitEmpty("spool");
            assertThat(directory.resolve("catalog/one@gone@5.tmp")).doesNotExist();
            store(c, "three", DISK);
            assertClean(b);
        }
        try (MirageLibrary back = open("gone", Acknowledge.COMMITTED)) {
            assertThat(back.list()).hasSize(3);
            assertGives(back, "two", DISK, SEED);
        }
    }

    /** A node that lives keeps what it has: also one whose heart does not beat, as long as it holds its lock. */
    @Test
    void nobodyTakesOverFromANodeThatLives() throws Exception {
        LibrarySettings suspended =
                settings(Acknowledge.SPOOLED)
                        .withNode(
                                NodeSettings.named("suspended")
                                        .withTimes(Duration.ofHours(1), Duration.ofHours(1)));
        try (MirageLibrary slow = openGated("slow");
                MirageLibrary still =
                        MirageLibrary.open(
                                directory, suspended, GatedBlobStore::new, Clock.systemUTC());
                MirageLibrary b = open("b", Acknowledge.COMMITTED)) {
            store(slow, "image", DISK);
            store(still, "other", DISK);
            List<String> before = names("spool");
            Thread.sleep(2500);
            assertThat(names("spool")).isEqualTo(before);
            for (String id : List.of("image", "other")) {
                assertThat(Objects.requireNonNull(b.find(new ImageId(id))).state())
                        .isEqualTo(StoredImage.State.SPOOLED);
                assertGives(b, id, DISK, SEED);
            }
        }
    }

    @Test
    void aVisitorSeesEverythingAndLeavesNothing() throws IOException {
        Path index = directory.resolve("elsewhere");
        LibrarySettings elsewhere =
                settings(Acknowledge.COMMITTED)
                        .withNode(NodeSettings.named("a").withPrivateDirectory(index));
        try (MirageLibrary a = MirageLibrary.open(directory, elsewhere)) {
            assertThat(index.resolve("index")).isDirectory();
            store(a, "image", DISK);
            try (MirageLibrary visitor =
                    MirageLibrary.open(
                            directory,
                            settings(Acknowledge.COMMITTED).withNode(NodeSettings.ofVisitor()))) {
                assertGives(visitor, "image", DISK, SEED);
                assertClean(visitor);
                store(visitor, "more", DISK);
                assertThat(names("nodes")).hasSize(2);
            }
            assertGives(a, "more", DISK, SEED);
        }
        assertThat(names("nodes")).containsExactly("a");
    }

    /** A directory of the last version: an index at its top, entries without names of spools. */
    @Test
    void aDirectoryFromBeforeThereWereNodesOpens() throws IOException {
        LibrarySettings single = settings(Acknowledge.SPOOLED);
        StoredImage stored;
        try (MirageLibrary library = openGated("default")) {
            stored = store(library, "waiting", DISK);
        }
        makeOld(stored, "waiting");
        makeOld(stored, "moved");
        for (String name : List.of("waiting.spool", "moved.spool")) {
            Files.write(directory.resolve("spool").resolve(name), DISK);
        }
        try (MirageLibrary b = openGated("b")) {
            // Not b's to take apart, but to serve and to move.
            assertGives(b, "waiting", DISK, SEED);
            b.move(new ImageId("moved"), new ImageId("new"));
            assertGives(b, "new", DISK, SEED);
        }
        try (MirageLibrary library = MirageLibrary.open(directory, single);
                MirageLibrary b = open("b", Acknowledge.SPOOLED)) {
            for (String id : List.of("waiting", "new")) {
                assertThat(library.awaitStructured(new ImageId(id), PATIENCE).state())
                        .isEqualTo(StoredImage.State.STRUCTURED);
                assertGives(b, id, DISK, SEED);
            }
            assertThat(directory.resolve("index/rocksdb")).isDirectory();
            awaitEmpty("spool");
        }
    }

    private void makeOld(StoredImage image, String id) throws IOException {
        ByteWriter body = new ByteWriter();
        body.text(id).text(image.name()).varint(image.size());
        body.text(image.digests().md5()).text(image.digests().sha256());
        body.text(image.digests().sha512()).signedVarint(1_700_000_000).text("");
        ByteBuffer sealed = new BlobFraming("MCAT", 1, 0).seal(body.toBuffer(), 1);
        byte[] bytes = new byte[sealed.remaining()];
        sealed.get(bytes);
        Files.write(directory.resolve("catalog/" + id + ".image"), bytes);
        try (DirectoryCatalog catalog =
                DirectoryCatalog.open(directory.resolve("catalog"), "test")) {
            CatalogEntry entry = Objects.requireNonNull(catalog.find(new ImageId(id)));
            assertThat(entry.spool()).isEqualTo(id);
        }
    }

    private MirageLibrary open(String node, Acknowledge acknowledge) throws IOException {
        return MirageLibrary.open(directory, TestLibraries.node(node, acknowledge));
    }

    /** One that takes nothing apart. */
    private MirageLibrary openGated(String node) throws IOException {
        return MirageLibrary.open(
                directory,
                TestLibraries.node(node, Acknowledge.SPOOLED),
                GatedBlobStore::new,
                Clock.systemUTC());
    }

    private void awaitEmpty(String folder) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!names(folder).isEmpty()) {
            assertThat(System.nanoTime()).as("%s", names(folder)).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
