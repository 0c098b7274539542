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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

final class ImageCacheTest {
    private static final ImageId ONE = new ImageId("one");
    private static final ImageId TWO = new ImageId("two");
    private static final int SIZE = 3 * Windows.WINDOW_BYTES + 17;

    @TempDir Path directory;
    private final Map<ImageId, byte[]> stored = new HashMap<>();

    private ImageCache cache(long mostBytes) throws IOException {
        return ImageCache.open(
                directory, mostBytes, image -> open(stored.get(image)), Clock.systemUTC());
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

    private static void fetch(ImageCache cache, ImageId image) throws InterruptedException {
        cache.enqueue(image);
        while (cache.queue().contains(image)) {
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
        try (ImageCache cache = cache(SIZE)) {
            assertThat(cache.images()).hasSize(1);
            assertThat(read(cache, ONE, 0, SIZE)).isEqualTo(bytes);
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("one.image", "one.sums");
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
