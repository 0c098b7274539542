package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.awaitStructured;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Many threads at one library, and everything that can happen to an image while it is on its way. */
@Timeout(300)
final class ConcurrencyTest {
    private static final long SEED = 20250206;
    private static final int IDS = 5;

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void threadsThatStoreReadRenameAndDeleteSeeOnlyWholeImages(Acknowledge acknowledge)
            throws Exception {
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            run(
                    4,
                    thread -> {
                        Random random = new Random(SEED + thread);
                        for (int i = 0; i < 60; i++) {
                            anything(library, random);
                        }
                    });
            awaitStructured(library);
            assertClean(library);
            for (StoredImage image : library.list()) {
                assertSelfDescribed(read(library, image.id().value(), View.CONTAINER));
            }
        }
        try (Stream<Path> spools = Files.list(directory.resolve("spool"))) {
            assertThat(spools).isEmpty();
        }
    }

    private static void anything(MirageLibrary library, Random random) throws IOException {
        String id = "image-" + random.nextInt(IDS);
        try {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> store(library, id, selfDescribed(random.nextInt(1000)));
                case 3, 4 -> assertSelfDescribed(read(library, id, View.CONTAINER));
                case 5 -> library.rename(new ImageId(id), "renamed " + random.nextInt());
                case 6 -> {
                    library.list();
                    library.statistics();
                }
                default -> library.delete(new ImageId(id));
            }
        } catch (ImageExistsException | ImageNotFoundException e) {
            assertThat(e).hasMessageContaining(id);
        }
    }

    /** Eight bytes that say which disk follows. */
    private static byte[] selfDescribed(int number) {
        byte[] disk = RandomDisks.disk(number, 1000 + number * 700);
        ByteBuffer.wrap(disk).putLong(0, number);
        return disk;
    }

    private static void assertSelfDescribed(byte[] bytes) {
        int number = (int) ByteBuffer.wrap(bytes).getLong(0);
        assertThat(java.util.Arrays.mismatch(bytes, selfDescribed(number)))
                .as("disk %d of %d bytes", number, bytes.length)
                .isEqualTo(-1);
    }

    @Test
    void sixtyUploadsAtOnceStayWithinTheHeap() throws Exception {
        try (MirageLibrary library = MirageLibrary.open(directory, LibrarySettings.defaults())) {
            CountDownLatch together = new CountDownLatch(60);
            run(
                    60,
                    thread -> {
                        byte[] disk = RandomDisks.disk(thread % 6, 2_000_000);
                        library.store(
                                new ImageId("image-" + thread),
                                "",
                                new ByteArrayInputStream(disk) {
                                    @Override
                                    public synchronized int readNBytes(
                                            byte[] target, int offset, int length) {
                                        // Nobody goes on before all hold their buffers.
                                        together.countDown();
                                        await(together);
                                        return super.readNBytes(target, offset, length);
                                    }
                                });
                    });
            assertThat(library.list()).hasSize(60);
            for (int i = 0; i < 60; i += 7) {
                assertGives(library, "image-" + i, RandomDisks.disk(i % 6, 2_000_000), i);
            }
        }
    }

    @Test
    void sixtySlowDownloadsAtOnceStayWithinTheHeap() throws Exception {
        byte[] disk = new byte[20 << 20];
        new Random(SEED).nextBytes(disk);
        try (MirageLibrary library = MirageLibrary.open(directory, LibrarySettings.defaults())) {
            store(library, "image", disk);
            CountDownLatch together = new CountDownLatch(60);
            run(
                    60,
                    thread -> {
                        try (ImageContent content =
                                library.open(new ImageId("image"), View.CONTAINER)) {
                            content.transferTo(0, content.length(), new Slow(disk, together));
                        }
                    });
            assertThat(together.getCount()).isZero();
        }
    }

    /** Goes on when all have their first bytes, so that all hold what they need; compares what it gets. */
    private static final class Slow implements WritableByteChannel {
        private final ByteBuffer expected;
        private final CountDownLatch together;

        Slow(byte[] expected, CountDownLatch together) {
            this.expected = ByteBuffer.wrap(expected);
            this.together = together;
        }

        @Override
        public int write(ByteBuffer bytes) {
            if (expected.position() == 0) {
                together.countDown();
                await(together);
            }
            int written = bytes.remaining();
            ByteBuffer part = expected.slice(expected.position(), written);
            assertThat(part.equals(bytes)).as("bytes at %d", expected.position()).isTrue();
            expected.position(expected.position() + written);
            bytes.position(bytes.limit());
            return written;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void anIdThatIsHereOrOnItsWayIsRefused() throws Exception {
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            byte[] disk = selfDescribed(1);
            store(library, "here", disk);
            assertThatThrownBy(() -> store(library, "here", new byte[10]))
                    .isInstanceOf(ImageExistsException.class);
            SlowUpload upload = new SlowUpload(disk);
            try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
                Future<StoredImage> first =
                        executor.submit(() -> library.store(new ImageId("coming"), "", upload));
                await(upload.begun);
                assertThatThrownBy(() -> store(library, "coming", new byte[10]))
                        .isInstanceOf(ImageExistsException.class);
                assertThat(library.find(new ImageId("coming"))).isNull();
                // Not here yet: nothing to delete, and the upload goes on.
                library.delete(new ImageId("coming"));
                upload.goOn.countDown();
                assertThat(first.get().size()).isEqualTo(disk.length);
            }
            assertGives(library, "coming", disk, SEED);
            assertGives(library, "here", disk, SEED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUploadThatBreaksOffLeavesNothing(Acknowledge acknowledge) throws IOException {
        try (MirageLibrary library = MirageLibrary.open(directory, settings(acknowledge))) {
            InputStream broken =
                    new InputStream() {
                        private int left = 700_000;

                        @Override
                        public int read() {
                            throw new IllegalStateException("read in bulk");
                        }

                        @Override
                        public int read(byte[] target, int offset, int length) throws IOException {
                            if (left <= 0) {
                                throw new IOException("connection reset");
                            }
                            int read = Math.min(length, 10_000);
                            left -= read;
                            return read;
                        }
                    };
            assertThatThrownBy(() -> library.store(new ImageId("broken"), "", broken))
                    .hasMessage("connection reset");
            assertThat(library.list()).isEmpty();
            assertThat(library.statistics().spoolBytes()).isZero();
            store(library, "broken", selfDescribed(2));
            awaitStructured(library);
            assertGives(library, "broken", selfDescribed(2), SEED);
        }
    }

    @Test
    void whatHappensToAnImageWhileItIsTakenApart() throws IOException {
        GatedBlobStore[] gate = new GatedBlobStore[1];
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory,
                        settings(Acknowledge.SPOOLED),
                        blobs -> gate[0] = new GatedBlobStore(blobs),
                        Clock.systemUTC())) {
            byte[] disk = selfDescribed(3);
            byte[] other = selfDescribed(4);
            store(library, "renamed", disk);
            store(library, "deleted", disk);
            store(library, "replaced", disk);
            assertThat(library.statistics().spooledImages()).isEqualTo(3);
            library.rename(new ImageId("renamed"), "another name");
            try (ImageContent held = library.open(new ImageId("deleted"), View.CONTAINER)) {
                library.delete(new ImageId("deleted"));
                library.delete(new ImageId("replaced"));
                store(library, "replaced", other);
                store(library, "deleted", other);
                ByteBuffer bytes = ByteBuffer.allocate(disk.length);
                held.readFully(0, bytes);
                assertThat(bytes.array()).isEqualTo(disk);
            }
            library.delete(new ImageId("deleted"));
            assertGives(library, "replaced", other, SEED);
            assertThatThrownBy(() -> library.sharing(new ImageId("replaced")))
                    .isInstanceOf(IOException.class);

            gate[0].open.countDown();
            awaitStructured(library);
            assertGives(library, "renamed", disk, SEED);
            assertGives(library, "replaced", other, SEED);
            StoredImage renamed = library.find(new ImageId("renamed"));
            assertThat(Objects.requireNonNull(renamed).name()).isEqualTo("another name");
            assertThat(library.list())
                    .extracting(image -> image.id().value())
                    .containsExactly("renamed", "replaced");
        }
        // After the threads ended: what they worked on is gone.
        try (Stream<Path> spools = Files.list(directory.resolve("spool"))) {
            assertThat(spools).isEmpty();
        }
    }

    @Test
    void aRestartGoesOnWithWhatWasSpooledAndRemovesWhatWasNot() throws IOException {
        byte[] disk = selfDescribed(5);
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory,
                        settings(Acknowledge.SPOOLED),
                        GatedBlobStore::new,
                        Clock.systemUTC())) {
            for (int i = 0; i < 4; i++) {
                store(library, "image-" + i, disk);
            }
        }
        Files.write(directory.resolve("spool/left-over.spool"), new byte[100]);
        Files.createDirectory(directory.resolve("spool/lost+found"));
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            assertThat(library.list()).hasSize(4);
            for (int i = 0; i < 4; i++) {
                assertGives(library, "image-" + i, disk, SEED + i);
            }
            awaitStructured(library);
            for (int i = 0; i < 4; i++) {
                assertGives(library, "image-" + i, disk, SEED + i);
            }
            assertClean(library);
        }
        try (Stream<Path> spools = Files.list(directory.resolve("spool"))) {
            assertThat(spools.map(path -> path.getFileName().toString()))
                    .containsExactly("lost+found");
        }
    }

    /** Work for one of several threads. */
    private interface Work {
        void run(int thread) throws IOException;
    }

    private static void run(int threads, Work work) throws InterruptedException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                running.add(
                        executor.submit(() -> {
                            work.run(thread);
                            return null;
                        }));
            }
            for (Future<?> thread : running) {
                try {
                    thread.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("seed " + SEED + ": " + e.getCause(), e.getCause());
                }
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits behind its first bytes. */
    @SuppressWarnings("InputStreamSlowMultibyteRead") // Slow is what it is for.
    private static final class SlowUpload extends InputStream {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        private final byte[] bytes;
        private int position;

        SlowUpload(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            if (position == 10) {
                begun.countDown();
                await(goOn);
            }
            return position == bytes.length ? -1 : bytes[position++] & 0xff;
        }
    }
}
