package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.CatalogEntry;
import mirage.catalog.DirectoryCatalog;
import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** An image under another id: spooled, structured, in between, and after a crash. */
@Timeout(300)
final class MoveTest {
    private static final long SEED = 20250302;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ImageId FROM = new ImageId("from");
    private static final ImageId TO = new ImageId("to");
    private static final byte[] DISK = RandomDisks.disk(1, 3_000_000);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void anImageIsUnderItsNewIdWithAllThatIsKnownOfIt(Acknowledge acknowledge) throws IOException {
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            store(library, "from", DISK);
            StoredImage before = library.awaitStructured(FROM, PATIENCE);
            try (ImageContent held = library.open(FROM, View.CONTAINER)) {
                library.move(FROM, TO);
                ByteBuffer bytes = ByteBuffer.allocate(DISK.length);
                held.readFully(0, bytes);
                assertThat(bytes.array()).isEqualTo(DISK);
            }
            assertThat(library.find(FROM)).isNull();
            StoredImage after = Objects.requireNonNull(library.find(TO));
            assertThat(after).usingRecursiveComparison().ignoringFields("id").isEqualTo(before);
            assertGives(library, "to", DISK, SEED);
            library.move(TO, TO);
            library.move(TO, FROM);
            assertGives(library, "from", DISK, SEED);
            assertThat(library.list()).hasSize(1);
        }
    }

    @Test
    void whatIsNotThereOrNotFreeIsRefused() throws IOException {
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            store(library, "from", DISK);
            store(library, "to", RandomDisks.disk(2, 100_000));
            assertThatThrownBy(() -> library.move(FROM, TO))
                    .isInstanceOf(ImageExistsException.class);
            assertThatThrownBy(() -> library.move(new ImageId("none"), new ImageId("new")))
                    .isInstanceOf(ImageNotFoundException.class);
            assertThatThrownBy(() -> library.move(new ImageId("none"), new ImageId("none")))
                    .isInstanceOf(ImageNotFoundException.class);
            assertThatThrownBy(() -> library.awaitStructured(new ImageId("none"), PATIENCE))
                    .isInstanceOf(ImageNotFoundException.class);
            assertGives(library, "from", DISK, SEED);
            assertGives(library, "to", RandomDisks.disk(2, 100_000), SEED);
        }
    }

    /** Moved on and on while it waits and is taken apart: it is stored once, and nothing stays in the staging area. */
    @Test
    void aSpooledImageIsTakenApartOnce() throws IOException {
        long chunks;
        try (MirageLibrary alone =
                MirageLibrary.open(directory.resolve("1"), settings(Acknowledge.COMMITTED))) {
            store(alone, "from", DISK);
            chunks = alone.statistics().chunks();
        }
        GatedBlobStore[] gate = new GatedBlobStore[1];
        Path data = directory.resolve("2");
        try (MirageLibrary library =
                MirageLibrary.open(
                        data,
                        settings(Acknowledge.SPOOLED),
                        blobs -> gate[0] = new GatedBlobStore(blobs),
                        Clock.systemUTC())) {
            store(library, "from", DISK);
            assertThat(library.awaitStructured(FROM, Duration.ofMillis(50)).state())
                    .isEqualTo(StoredImage.State.SPOOLED);
            library.move(FROM, new ImageId("between"));
            library.move(new ImageId("between"), TO);
            assertThat(library.find(FROM)).isNull();
            assertGives(library, "to", DISK, SEED);
            gate[0].open.countDown();
            assertThat(library.awaitStructured(TO, PATIENCE).state())
                    .isEqualTo(StoredImage.State.STRUCTURED);
            assertGives(library, "to", DISK, SEED);
            assertThat(library.list()).hasSize(1);
            assertThat(library.statistics().chunks()).isEqualTo(chunks);
            assertClean(library);
        }
        assertThat(spools(data)).isEmpty();
    }

    /** While one node takes it apart, another moves it; then the first is done, or dies. */
    @ParameterizedTest
    @EnumSource
    void anotherNodeMovesWhatANodeTakesApart(Ending ending) throws IOException {
        GatedBlobStore[] gate = new GatedBlobStore[1];
        try (MirageLibrary b =
                MirageLibrary.open(directory, TestLibraries.node("b", Acknowledge.SPOOLED))) {
            try (MirageLibrary a =
                    MirageLibrary.open(
                            directory,
                            TestLibraries.node("a", Acknowledge.SPOOLED),
                            blobs -> gate[0] = new GatedBlobStore(blobs),
                            Clock.systemUTC())) {
                store(a, "from", DISK);
                b.move(FROM, TO);
                assertGives(a, "to", DISK, SEED);
                assertThat(a.find(FROM)).isNull();
                if (ending == Ending.DONE) {
                    gate[0].open.countDown();
                    b.awaitStructured(TO, PATIENCE);
                }
            }
            assertThat(b.awaitStructured(TO, PATIENCE).state())
                    .isEqualTo(StoredImage.State.STRUCTURED);
            assertGives(b, "to", DISK, SEED);
            assertClean(b);
        }
        assertThat(spools(directory)).isEmpty();
    }

    /** What becomes of the node that an image was moved away from. */
    private enum Ending {
        DONE,
        DEAD
    }

    /** A crash between the two entries leaves the image under both ids; a repeat goes on from there. */
    @ParameterizedTest
    @EnumSource
    void aRepeatFinishesWhatACrashCutShort(Acknowledge acknowledge) throws IOException {
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory, settings(acknowledge), blobs -> blobs, Clock.systemUTC())) {
            store(library, "from", DISK);
            library.awaitStructured(FROM, PATIENCE);
        }
        try (DirectoryCatalog catalog =
                DirectoryCatalog.open(directory.resolve("catalog"), "default")) {
            CatalogEntry entry = Objects.requireNonNull(catalog.find(FROM));
            catalog.swap(null, entry.withImage(TO));
        }
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            assertGives(library, "from", DISK, SEED);
            assertGives(library, "to", DISK, SEED);
            library.move(FROM, TO);
            assertThat(library.find(FROM)).isNull();
            assertGives(library, "to", DISK, SEED);
            assertThat(library.find(TO)).isNotNull();
            assertThatThrownBy(() -> library.move(FROM, TO))
                    .isInstanceOf(ImageNotFoundException.class);
        }
    }

    /** Of several that move an image at the same time, one does; it is under one id at the end. */
    @ParameterizedTest
    @EnumSource
    void onlyOneMoves(Acknowledge acknowledge) throws Exception {
        try (MirageLibrary a = MirageLibrary.open(directory, TestLibraries.node("a", acknowledge));
                MirageLibrary b =
                        MirageLibrary.open(directory, TestLibraries.node("b", acknowledge));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 5; round++) {
                store(a, "from", DISK);
                AtomicInteger moved = new AtomicInteger();
                List<Future<?>> movers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    MirageLibrary mover = i % 2 == 0 ? a : b;
                    movers.add(
                            threads.submit(() -> {
                                try {
                                    mover.move(FROM, TO);
                                    moved.incrementAndGet();
                                } catch (ImageExistsException | ImageNotFoundException e) {
                                    assertThat(e).hasMessageContaining("image ");
                                }
                                return null;
                            }));
                }
                for (Future<?> mover : movers) {
                    mover.get();
                }
                assertThat(moved.get()).isPositive();
                assertThat(b.list()).extracting(StoredImage::id).containsExactly(TO);
                assertGives(b, "to", DISK, SEED);
                b.delete(TO);
            }
        }
    }

    private static List<Path> spools(Path data) throws IOException {
        try (Stream<Path> spools = Files.list(data.resolve("spool"))) {
            return spools.toList();
        }
    }
}
