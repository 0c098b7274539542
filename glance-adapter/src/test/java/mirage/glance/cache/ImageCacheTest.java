package mirage.glance.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.glance.store.StoredBytes;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

final class ImageCacheTest {
    private static final ImageId ONE = new ImageId("one");
    private static final ImageId TWO = new ImageId("two");
    private static final int SIZE = 3 * Windows.WINDOW_BYTES + 17;

    @TempDir Path directory;
    private final Map<ImageId, byte[]> stored = new HashMap<>();

    private ImageCache cache(long mostBytes) throws IOException {
        return ImageCache.open(
                directory,
                mostBytes,
                Duration.ofMillis(5),
                image -> open(stored.get(image)),
                Clock.systemUTC());
    }

    private static @Nullable StoredBytes open(byte @Nullable [] bytes) {
        return bytes == null
                ? null
                : new StoredBytes() {
                    @Override
                    public long length() {
                        return bytes.length;
                    }

                    @Override
                    public void transferTo(long offset, long length, WritableByteChannel to)
                            throws IOException {
                        to.write(ByteBuffer.wrap(bytes, (int) offset, (int) length));
                    }

                    @Override
                    public void close() {}
                };
    }

    private byte[] store(ImageId id, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        stored.put(id, bytes);
        return bytes;
    }

    private void fetch(ImageCache cache, ImageId image) throws IOException, InterruptedException {
        cache.enqueue(image);
        while (Files.exists(directory.resolve(image + ".queued"))) {
            Thread.sleep(5);
        }
    }

    private static byte[] read(ImageCache cache, ImageId image, long offset, long length)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (StoredBytes bytes = Objects.requireNonNull(cache.open(image))) {
            bytes.transferTo(offset, length, Channels.newChannel(out));
        }
        return out.toByteArray();
    }

    @Test
    void whatIsCachedIsReadInAnyRange() throws Exception {
        byte[] bytes = store(ONE, SIZE);
        try (ImageCache cache = cache(10L * SIZE)) {
            fetch(cache, ONE);
            assertThat(read(cache, ONE, 0, SIZE)).isEqualTo(bytes);
            for (long offset : List.of(1L, 1_048_575L, 1_048_576L, 3_145_729L)) {
                assertThat(read(cache, ONE, offset, 9))
                        .isEqualTo(Arrays.copyOfRange(bytes, (int) offset, (int) offset + 9));
            }
            assertThat(cache.images().getFirst().hits()).isEqualTo(5);
        }
    }

    @Test
    void anEmptyImageIsAnImage() throws Exception {
        store(ONE, 0);
        try (ImageCache cache = cache(1)) {
            fetch(cache, ONE);
            assertThat(read(cache, ONE, 0, 0)).isEmpty();
        }
    }

    @Test
    void itIsThereAfterANewStart() throws Exception {
        byte[] bytes = store(ONE, SIZE);
        try (ImageCache cache = cache(SIZE)) {
            fetch(cache, ONE);
        }
        Files.write(directory.resolve("two.part"), new byte[3]);
        Files.write(directory.resolve("three.image"), new byte[3]);
        Files.write(directory.resolve("not an id.image"), new byte[3]);
        try (ImageCache cache = cache(SIZE)) {
            assertThat(cache.images()).hasSize(1);
            assertThat(read(cache, ONE, 0, SIZE)).isEqualTo(bytes);
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "one.image", "one.sums", "one.hits", "not an id.image");
        }
    }

    @Test
    void aFlippedByteIsNotGivenOut() throws Exception {
        byte[] bytes = store(ONE, SIZE);
        try (ImageCache cache = cache(SIZE)) {
            fetch(cache, ONE);
            byte[] damaged = bytes.clone();
            damaged[Windows.WINDOW_BYTES + 5] ^= 1;
            Files.write(directory.resolve("one.image"), damaged);
            assertThat(read(cache, ONE, 0, 10)).hasSize(10);
            assertThatThrownBy(() -> read(cache, ONE, 0, SIZE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void theLongestUnreadMakesRoom() throws Exception {
        store(ONE, SIZE);
        store(TWO, SIZE);
        ImageId three = new ImageId("three");
        store(three, SIZE);
        try (ImageCache cache = cache(2L * SIZE)) {
            fetch(cache, ONE);
            fetch(cache, TWO);
            Thread.sleep(5);
            read(cache, ONE, 0, 1);
            fetch(cache, three);
            assertThat(cache.images()).extracting(CachedImage::id).containsExactly(ONE, three);
            assertThat(cache.open(TWO)).isNull();
        }
    }

    @Test
    void whatIsTooLargeOrGoneIsNotCached() throws Exception {
        store(ONE, SIZE);
        try (ImageCache cache = cache(SIZE - 1)) {
            fetch(cache, ONE);
            fetch(cache, TWO);
            assertThat(cache.images()).isEmpty();
            assertThat(cache.open(ONE)).isNull();
        }
    }

    @Test
    void theProcessesOfAMachineShareIt() throws Exception {
        byte[] bytes = store(ONE, SIZE);
        Duration never = Duration.ofDays(1);
        try (ImageCache asked =
                        ImageCache.open(directory, SIZE, never, image -> null, Clock.systemUTC());
                ImageCache fetching = cache(SIZE)) {
            asked.enqueue(ONE);
            while (asked.images().isEmpty()) {
                Thread.sleep(5);
            }
            assertThat(asked.queue()).isEmpty();
            assertThat(read(asked, ONE, 0, SIZE)).isEqualTo(bytes);
            assertThat(read(fetching, ONE, 0, SIZE)).isEqualTo(bytes);
            assertThat(asked.images()).isEqualTo(fetching.images());
            assertThat(asked.images().getFirst().hits()).isEqualTo(2);
        }
    }

    @Test
    void whatWaitsIsInTheQueueUntilItIsRemoved() throws Exception {
        Duration never = Duration.ofDays(1);
        try (ImageCache cache =
                ImageCache.open(directory, SIZE, never, image -> null, Clock.systemUTC())) {
            cache.enqueue(TWO);
            Thread.sleep(5);
            cache.enqueue(ONE);
            assertThat(cache.queue()).containsExactly(TWO, ONE);
            cache.remove(TWO);
            assertThat(cache.queue()).containsExactly(ONE);
            cache.clearQueue();
            assertThat(cache.queue()).isEmpty();
        }
    }

    @Test
    void whatIsRemovedWhileItIsFetchedIsNotCached() throws Exception {
        byte[] bytes = store(ONE, SIZE);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        ImageCache.Source slow =
                image -> {
                    begun.countDown();
                    awaitQuietly(removed);
                    ended.countDown();
                    return open(bytes);
                };
        Duration soon = Duration.ofMillis(5);
        try (ImageCache cache = ImageCache.open(directory, SIZE, soon, slow, Clock.systemUTC())) {
            cache.enqueue(ONE);
            begun.await();
            cache.remove(ONE);
            removed.countDown();
            ended.await();
            cache.enqueue(TWO);
            while (Files.exists(directory.resolve("two.queued"))) {
                Thread.sleep(5);
            }
            assertThat(cache.images()).extracting(CachedImage::id).containsExactly(TWO);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void clearingLeavesNothing() throws Exception {
        store(ONE, SIZE);
        try (ImageCache cache = cache(SIZE)) {
            fetch(cache, ONE);
            cache.clear();
            assertThat(cache.knows(ONE)).isFalse();
            try (var files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
