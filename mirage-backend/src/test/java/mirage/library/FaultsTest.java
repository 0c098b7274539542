package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.awaitStructured;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.blob.FaultyBlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Every write to the blob store fails once, and every byte that is written is flipped once in a while. */
final class FaultsTest {
    private static final long SEED = 20250203;
    private static final byte[] EARLIER = RandomDisks.disk(1, 2_500_000);
    private static final byte[] LATER = RandomDisks.changed(RandomDisks.disk(2, 3_000_000), 3, 5);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void whicheverWriteFailsTheImageIsAbsentOrWhole(Acknowledge acknowledge) throws IOException {
        LibrarySettings settings = settings(acknowledge);
        int failures = 0;
        boolean succeeded = false;
        for (int writes = 0; !succeeded; writes++) {
            Path data = directory.resolve("after-" + writes);
            try (MirageLibrary library = MirageLibrary.open(data, settings)) {
                store(library, "earlier", EARLIER);
                awaitStructured(library);
            }
            succeeded = storeLater(data, settings, writes);
            failures += succeeded ? 0 : 1;
            try (MirageLibrary library = MirageLibrary.open(data, settings)) {
                awaitStructured(library);
                assertGives(library, "earlier", EARLIER, SEED);
                StoredImage later = library.find(new ImageId("later"));
                if (later == null) {
                    assertThat(acknowledge).isEqualTo(Acknowledge.COMMITTED);
                    assertThat(succeeded).isFalse();
                    store(library, "later", LATER);
                    awaitStructured(library);
                }
                assertGives(library, "later", LATER, SEED);
                assertClean(library);
                assertThat(library.statistics().spoolBytes()).isZero();
            }
        }
        // Packs of data, a pack of recipe segments, the manifest.
        assertThat(failures).isGreaterThanOrEqualTo(4);
    }

    /**
     * @return whether no write failed
     */
    private static boolean storeLater(Path data, LibrarySettings settings, int writes)
            throws IOException {
        FaultyBlobStore[] faulty = new FaultyBlobStore[1];
        try (MirageLibrary library =
                MirageLibrary.open(
                        data,
                        settings,
                        blobs ->
                                faulty[0] =
                                        FaultyBlobStore.failingAfter(blobs, writes, SEED + writes),
                        Clock.systemUTC())) {
            try {
                store(library, "later", LATER);
                if (settings.acknowledge() == Acknowledge.SPOOLED) {
                    // Acknowledged: served whatever becomes of its chunks.
                    assertGives(library, "later", LATER, SEED);
                    awaitStructuredOrFailed(library, faulty[0]);
                    assertGives(library, "later", LATER, SEED);
                }
            } catch (IOException e) {
                assertThat(faulty[0].hasFailed()).as("%s", e).isTrue();
                assertThat(settings.acknowledge()).isEqualTo(Acknowledge.COMMITTED);
                assertThat(library.find(new ImageId("later"))).isNull();
                assertThat(library.statistics().spoolBytes()).isZero();
            }
        }
        return !faulty[0].hasFailed();
    }

    private static void awaitStructuredOrFailed(MirageLibrary library, FaultyBlobStore faulty)
            throws IOException {
        while (!faulty.hasFailed()
                && library.list().stream()
                        .anyMatch(image -> image.state() == StoredImage.State.SPOOLED)) {
            Thread.onSpinWait();
        }
    }

    /** It is found when the upload is read back, and what it hit is stored once more. */
    @Test
    void aByteThatTheDiskFlipsIsFoundAndCostsSpaceAlone() throws IOException {
        LibrarySettings settings = settings(Acknowledge.COMMITTED);
        for (int round = 0; round < 6; round++) {
            FlippingBlobStore[] flipping = new FlippingBlobStore[1];
            long seed = SEED + round;
            Path data = directory.resolve("flip-" + round);
            try (MirageLibrary library =
                    MirageLibrary.open(
                            data,
                            settings,
                            blobs -> flipping[0] = new FlippingBlobStore(blobs, seed),
                            Clock.systemUTC())) {
                store(library, "earlier", EARLIER);
                flipping[0].flipOneOf(4);
                store(library, "later", LATER);
                assertThat(flipping[0].hasFlipped()).as("seed %d", seed).isTrue();
                assertGives(library, "earlier", EARLIER, seed);
                assertGives(library, "later", LATER, seed);
            }
            try (MirageLibrary library = MirageLibrary.open(data, settings);
                    Stream<Path> spools = java.nio.file.Files.list(data.resolve("spool"))) {
                assertThat(spools).isEmpty();
                assertGives(library, "earlier", EARLIER, seed);
                assertGives(library, "later", LATER, seed);
                // The damaged pack is still there, and no image needs it.
                assertThat(library.verifier().verify(_ -> {}))
                        .as("seed %d", seed)
                        .isNotEmpty()
                        .allMatch(damage -> damage.object().startsWith("pack "));
            }
        }
    }

    /** Flips a bit in what one of the next creates writes. */
    private static final class FlippingBlobStore implements BlobStore {
        private final BlobStore below;
        private final Random random;
        private final AtomicInteger untilFlip = new AtomicInteger(-1);

        FlippingBlobStore(BlobStore below, long seed) {
            this.below = below;
            this.random = new Random(seed);
        }

        boolean hasFlipped() {
            return untilFlip.get() < 0;
        }

        void flipOneOf(int creates) {
            untilFlip.set(random.nextInt(creates));
        }

        @Override
        public void create(BlobName name, ByteSource content) throws IOException {
            below.create(name, untilFlip.getAndDecrement() == 0 ? flipped(content) : content);
        }

        private ByteSource flipped(ByteSource content) throws IOException {
            byte[] bytes = new byte[(int) content.length()];
            content.readFully(0, ByteBuffer.wrap(bytes));
            // Among the frames of a pack: its table is in the index already when it is written.
            int at = 16 + random.nextInt(bytes.length / 2);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            return ByteSources.of(bytes);
        }

        @Override
        public ByteSource open(BlobName name) throws IOException {
            return below.open(name);
        }

        @Override
        public void delete(BlobName name) throws IOException {
            below.delete(name);
        }

        @Override
        public List<BlobName> list(mirage.blob.BlobKind kind) throws IOException {
            return below.list(kind);
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
