package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.pack.PackSettings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What tests of a whole library have in common. */
public final class TestLibraries {
    /** Small packs and frames, so that an image of a few MB has many. */
    public static final PackSettings SMALL_PACKS = new PackSettings(64 << 10, 1 << 20, 1, 4 << 20);

    private static final long ENCODED_CACHE_BYTES = 64 << 20;

    private static final long MOST_DECODED_BYTES = 16L << 30;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private TestLibraries() {}

    public static LibrarySettings settings(Acknowledge acknowledge) {
        return new LibrarySettings(
                acknowledge,
                SMALL_PACKS,
                2,
                NodeSettings.single(),
                ENCODED_CACHE_BYTES,
                MOST_DECODED_BYTES);
    }

    /** Those of a node among several, which are quick to look at one another. */
    public static LibrarySettings node(String name, Acknowledge acknowledge) {
        return settings(acknowledge)
                .withNode(
                        NodeSettings.named(name)
                                .withTimes(Duration.ofMillis(200), Duration.ofMillis(600)));
    }

    public static StoredImage store(ImageLibrary library, String id, byte[] bytes)
            throws IOException {
        return library.store(new ImageId(id), "name of " + id, new ByteArrayInputStream(bytes));
    }

    public static byte[] read(ImageLibrary library, String id, View view) throws IOException {
        try (ImageContent content = library.open(new ImageId(id), view)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) content.length());
            content.transferTo(0, content.length(), Channels.newChannel(bytes));
            return bytes.toByteArray();
        }
    }

    /** Whole, and by random ranges, both ways of reading. */
    public static void assertGives(ImageLibrary library, String id, byte[] expected, long seed)
            throws IOException {
        assertThat(Arrays.mismatch(read(library, id, View.CONTAINER), expected))
                .as("first difference of %s", id)
                .isEqualTo(-1);
        Random random = new Random(seed);
        try (ImageContent content = library.open(new ImageId(id), View.CONTAINER)) {
            assertThat(content.length()).isEqualTo(expected.length);
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(expected.length + 1);
                int length = random.nextInt(Math.min(300_000, expected.length - from) + 1);
                byte[] part = Arrays.copyOfRange(expected, from, from + length);
                ByteBuffer read = ByteBuffer.allocate(length);
                content.readFully(from, read);
                assertThat(Arrays.equals(read.array(), part))
                        .as("%s: readAt of %d bytes at %d", id, length, from)
                        .isTrue();
                ByteArrayOutputStream streamed = new ByteArrayOutputStream();
                content.transferTo(from, length, Channels.newChannel(streamed));
                assertThat(Arrays.equals(streamed.toByteArray(), part))
                        .as("%s: transferTo of %d bytes at %d", id, length, from)
                        .isTrue();
            }
            assertThat(content.readAt(expected.length, ByteBuffer.allocate(1))).isZero();
        }
    }

    public static void awaitStructured(MirageLibrary library) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (library.list().stream()
                .anyMatch(image -> image.state() == StoredImage.State.SPOOLED)) {
            assertThat(System.nanoTime()).as("still not structured").isLessThan(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    public static void assertClean(MirageLibrary library) throws IOException {
        assertThat(library.verifier().verify(_ -> {})).isEqualTo(List.of());
    }
}
