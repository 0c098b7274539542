package mirage.library;

import static mirage.library.CompressedQcow2.CLUSTER_BYTES;
import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.deflate.Deflate;
import mirage.deflate.DeflateParameters;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.maintain.Damage;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** Compressed images whose encoder we have, have in part, and have not; and what damage does to them. */
final class EncodedClustersTest {
    private static final int CLUSTERS = 60;
    private static final byte[] DISK = disk(CLUSTERS * CLUSTER_BYTES - 5 * 512);
    private static final String ENCODER = "deflate-6-12-9";

    @TempDir private Path directory;

    /** Every cluster compresses, and none as well as another. */
    private static byte[] disk(int length) {
        byte[] disk = new byte[length];
        Random random = new Random(20260711);
        for (int at = 0; at < length; at++) {
            int spread = 2 + at / CLUSTER_BYTES % 100;
            disk[at] = (byte) random.nextInt(spread);
        }
        return disk;
    }

    private static byte[] ours(byte[] content) {
        return Deflate.encode(DeflateParameters.QCOW2, ByteBuffer.wrap(content));
    }

    /** A strategy of zlib that nobody uses for images. */
    private static byte[] foreign(byte[] content) {
        Deflater deflater = new Deflater(6, true);
        deflater.setStrategy(Deflater.HUFFMAN_ONLY);
        deflater.setInput(content);
        deflater.finish();
        byte[] encoded = new byte[2 * CLUSTER_BYTES];
        int length = 0;
        while (!deflater.finished()) {
            length += deflater.deflate(encoded, length, encoded.length - length);
        }
        deflater.end();
        return Arrays.copyOf(encoded, length);
    }

    private MirageLibrary open(long encodedCacheBytes) throws IOException {
        return MirageLibrary.open(
                directory.resolve("data"),
                settings(Acknowledge.COMMITTED).withEncodedCacheBytes(encodedCacheBytes));
    }

    private static ImageManifest manifest(MirageLibrary library, String image) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(image)));
    }

    /** How many clusters of a container each encoder makes. */
    private static TreeMap<String, Integer> encoded(MirageLibrary library, String image)
            throws IOException {
        ImageManifest manifest = manifest(library, image);
        TreeMap<String, Integer> encoders = new TreeMap<>();
        new RecipeReader(manifest.container(), library.chunks())
                .forEachRun(
                        0,
                        manifest.size(),
                        (_, run) -> {
                            if (run instanceof RecipeRun.Encoded encoded && encoded.offset() == 0) {
                                encoders.merge(encoded.encoder(), 1, Integer::sum);
                            }
                        });
        return encoders;
    }

    private static void assertComesBack(MirageLibrary library, byte[] image, byte[] disk)
            throws IOException {
        assertGives(library, "image", image, 1);
        assertThat(Arrays.mismatch(read(library, "image", View.DISK), disk)).isEqualTo(-1);
        assertClean(library);
    }

    @Test
    void theDiskOfACompressedImageIsTheRawImage() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> ours(content));
        try (MirageLibrary library = open(0)) {
            store(library, "raw", DISK);
            long alone = library.statistics().packBytes();
            assertThat(store(library, "image", image).warnings()).isEmpty();
            assertComesBack(library, image, DISK);
            assertThat(library.statistics().packBytes() - alone).isLessThan(alone / 100);
            assertThat(manifest(library, "image").disk())
                    .isEqualTo(new DiskView.OwnRecipe(manifest(library, "raw").container()));
            assertThat(encoded(library, "image")).containsExactly(Map.entry(ENCODER, CLUSTERS));
        }
        // Encoded anew by another process; and, where it may, taken from what it kept.
        try (MirageLibrary library = open(64 << 20)) {
            assertComesBack(library, image, DISK);
            assertComesBack(library, image, DISK);
            assertThat(originals()).hasSize(1);
        }
    }

    @Test
    void whatAForeignEncoderMadeStaysAsItIs() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> foreign(content));
        try (MirageLibrary library = open(64 << 20)) {
            store(library, "image", image);
            assertComesBack(library, image, DISK);
            assertThat(manifest(library, "image").disk()).isEqualTo(new DiskView.ThroughFormat());
            assertThat(encoded(library, "image")).isEmpty();
            assertThat(originals()).isEmpty();
        }
    }

    @Test
    void singleForeignClustersStayBesideTheOthers() throws IOException {
        byte[] image =
                CompressedQcow2.of(
                        DISK,
                        (cluster, content) ->
                                cluster % 9 == 1
                                        ? foreign(content)
                                        : cluster % 9 == 2
                                                ? Deflate.encode(
                                                        DeflateParameters.QCOW2.withLevel(9),
                                                        ByteBuffer.wrap(content))
                                                : ours(content));
        try (MirageLibrary library = open(0)) {
            store(library, "image", image);
            assertComesBack(library, image, DISK);
            assertThat(manifest(library, "image").disk()).isInstanceOf(DiskView.OwnRecipe.class);
            TreeMap<String, Integer> encoded = encoded(library, "image");
            assertThat(encoded.keySet()).contains(ENCODER);
            assertThat(encoded.values().stream().mapToInt(Integer::intValue).sum())
                    .isGreaterThan(CLUSTERS / 2)
                    .isLessThan(CLUSTERS);
        }
    }

    @Test
    void anImageWithAClusterThatDoesNotDecodeIsStoredAsItLies() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> ours(content));
        Arrays.fill(
                image,
                CompressedQcow2.place(image, 7),
                CompressedQcow2.place(image, 8),
                (byte) 0xff);
        try (MirageLibrary library = open(0)) {
            assertThat(store(library, "image", image).warnings())
                    .anyMatch(warning -> warning.contains("its disk is not stored by itself"));
            assertGives(library, "image", image, 1);
            assertThat(manifest(library, "image").disk()).isEqualTo(new DiskView.ThroughFormat());
            assertThatThrownBy(() -> read(library, "image", View.DISK))
                    .hasMessageContaining("compressed cluster");
        }
    }

    @Test
    void aClusterThatTwoPlacesNameIsMadeOnce() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> ours(content));
        CompressedQcow2.nameTwice(image, 3, 30);
        byte[] disk = DISK.clone();
        System.arraycopy(DISK, 3 * CLUSTER_BYTES, disk, 30 * CLUSTER_BYTES, CLUSTER_BYTES);
        try (MirageLibrary library = open(0)) {
            store(library, "image", image);
            assertComesBack(library, image, disk);
            assertThat(encoded(library, "image")).containsExactly(Map.entry(ENCODER, CLUSTERS - 1));
        }
    }

    @Test
    void damagedContentEndsADownloadBeforeAWrongByte() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> ours(content));
        try (MirageLibrary library = open(0)) {
            store(library, "image", image);
        }
        List<Path> packs = files("blobs/packs");
        Path largest = packs.getFirst();
        for (Path pack : packs) {
            largest = Files.size(pack) > Files.size(largest) ? pack : largest;
        }
        byte[] bytes = Files.readAllBytes(largest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(largest, bytes);
        try (MirageLibrary library = open(64 << 20)) {
            ByteArrayOutputStream given = new ByteArrayOutputStream();
            assertThatThrownBy(
                            () -> {
                                try (ImageContent content =
                                        library.open(new ImageId("image"), View.CONTAINER)) {
                                    content.transferTo(0, image.length, Channels.newChannel(given));
                                }
                            })
                    .isInstanceOf(IOException.class);
            assertThat(given.size()).isLessThan(image.length);
            assertThat(Arrays.copyOf(image, given.size())).isEqualTo(given.toByteArray());
            assertThat(library.verifier().verify(_ -> {}))
                    .extracting(Damage::object)
                    .contains("image image (name of image)");
            // Uploading it again mends it.
            store(library, "again", image);
            assertGives(library, "image", image, 2);
        }
    }

    @Test
    void damagedOriginalsAreMadeAgain() throws IOException {
        byte[] image = CompressedQcow2.of(DISK, (_, content) -> ours(content));
        try (MirageLibrary library = open(64 << 20)) {
            store(library, "image", image);
            Path original = originals().getFirst();
            byte[] kept = Files.readAllBytes(original);
            for (int at = 0; at < kept.length; at += 50_000) {
                kept[at] ^= 1;
            }
            Files.write(original, kept);
            assertComesBack(library, image, DISK);
            // Mended where clusters are, and not where tables are, which no one reads from there.
            byte[] mended = Files.readAllBytes(original);
            int first = CompressedQcow2.place(image, 0);
            assertThat(
                            Arrays.mismatch(
                                    mended,
                                    first,
                                    image.length - 512,
                                    image,
                                    first,
                                    image.length - 512))
                    .isEqualTo(-1);
        }
    }

    private List<Path> originals() throws IOException {
        return files("originals");
    }

    private List<Path> files(String folder) throws IOException {
        Path path = directory.resolve("data").resolve(folder);
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
