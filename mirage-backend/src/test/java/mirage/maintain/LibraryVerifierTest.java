package mirage.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.library.MirageLibrary;
import mirage.library.StoredImage;
import mirage.library.TestLibraries;
import mirage.library.View;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Every kind of damage is named, and costs the image that it hits and no other. */
final class LibraryVerifierTest {
    private static final byte[] FIRST = random(1, 2_000_000);
    private static final byte[] SECOND = random(2, 1_500_000);

    @TempDir private Path directory;

    @BeforeEach
    void fill() throws IOException {
        try (MirageLibrary library = open()) {
            TestLibraries.store(library, "first", FIRST);
            assertThat(verify(library)).isEmpty();
        }
        packs = files("packs");
        manifests = files("manifests");
        try (MirageLibrary library = open()) {
            TestLibraries.store(library, "second", SECOND);
        }
    }

    /** Those of the first image. */
    private List<Path> packs = List.of();

    private List<Path> manifests = List.of();

    @Test
    void allIsWellAndProgressAddsUp() throws IOException {
        try (MirageLibrary library = open()) {
            AtomicLong read = new AtomicLong();
            LibraryVerifier verifier = library.verifier();
            long work = verifier.workBytes();
            assertThat(verifier.verify(read::addAndGet)).isEmpty();
            assertThat(read).hasValue(work);
        }
    }

    @Test
    void aFlippedByteInAPack() throws IOException {
        Path pack = packs.getFirst();
        flip(pack, Files.size(pack) / 3);
        try (MirageLibrary library = open()) {
            List<Damage> damages = verify(library);
            assertThat(damages)
                    .anyMatch(damage ->
                            damage.object().equals("pack " + pack.getFileName())
                                    && damage.what().contains("chunk"));
            assertThat(damages).anyMatch(damage -> damage.object().contains("image first"));
            assertThat(damages).noneMatch(damage -> damage.object().contains("image second"));
            assertThatThrownBy(() -> TestLibraries.read(library, "first", View.CONTAINER))
                    .isInstanceOf(IOException.class);
            TestLibraries.assertGives(library, "second", SECOND, 1);
        }
    }

    @Test
    void everyByteOfAPackCounts() throws IOException {
        Path pack =
                packs.stream()
                        .min(Comparator.comparingLong(path -> path.toFile().length()))
                        .orElseThrow();
        byte[] whole = Files.readAllBytes(pack);
        try (MirageLibrary library = open()) {
            for (int at = 0; at < whole.length; at += 1 + whole.length / 40) {
                flip(pack, at);
                assertThat(verify(library))
                        .as("byte %d of %d", at, whole.length)
                        .anyMatch(damage -> damage.object().equals("pack " + pack.getFileName()));
                Files.write(pack, whole);
            }
            assertThat(verify(library)).isEmpty();
        }
    }

    @Test
    void aMissingPack() throws IOException {
        Files.delete(packs.getFirst());
        try (MirageLibrary library = open()) {
            assertThat(verify(library))
                    .extracting(Damage::object)
                    .containsExactly("image first (name of first)");
            TestLibraries.assertGives(library, "second", SECOND, 1);
        }
    }

    @Test
    void aPackThatGoesAwayWhileTheLibraryIsOpen() throws IOException {
        try (MirageLibrary library = open()) {
            Files.delete(packs.getFirst());
            assertThat(verify(library)).isNotEmpty();
            TestLibraries.assertGives(library, "second", SECOND, 1);
        }
    }

    @Test
    void aDamagedManifest() throws IOException {
        flip(manifests.getFirst(), Files.size(manifests.getFirst()) / 2);
        expectOnlyTheFirstImage("content has digest");
    }

    @Test
    void aMissingManifest() throws IOException {
        Files.delete(manifests.getFirst());
        expectOnlyTheFirstImage("manifests/" + manifests.getFirst().getFileName());
    }

    /** It is listed, with a warning; others are served, and new ones stored. */
    private void expectOnlyTheFirstImage(String what) throws IOException {
        try (MirageLibrary library = open()) {
            List<Damage> damages = verify(library);
            assertThat(damages).hasSize(1);
            assertThat(damages.getFirst().object()).isEqualTo("image first (name of first)");
            assertThat(damages.getFirst().what()).contains(what);
            assertThat(library.list()).extracting(StoredImage::name).hasSize(2);
            assertThat(library.list().getFirst().warnings())
                    .singleElement()
                    .asString()
                    .contains("manifest cannot be read");
            assertThatThrownBy(() -> library.open(new ImageId("first"), View.CONTAINER))
                    .isInstanceOf(IOException.class);
            TestLibraries.assertGives(library, "second", SECOND, 1);
            TestLibraries.store(library, "third", FIRST);
            TestLibraries.assertGives(library, "third", FIRST, 1);
            library.delete(new ImageId("first"));
            assertThat(verify(library)).isEmpty();
        }
    }

    @Test
    void aDamagedCatalogEntry() throws IOException {
        flip(directory.resolve("data/catalog/first.image"), 20);
        Files.write(directory.resolve("data/spool/first.spool"), new byte[100]);
        try (MirageLibrary library = open()) {
            assertThat(verify(library))
                    .extracting(Damage::object)
                    .containsExactly("catalog entry of image first");
            assertThat(library.list()).hasSize(1);
            assertThatThrownBy(() -> TestLibraries.store(library, "first", FIRST))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("first");
            // It might have been all there is of the image.
            assertThat(directory.resolve("data/spool/first.spool")).exists();
            library.delete(new ImageId("first"));
            TestLibraries.store(library, "first", FIRST);
            assertThat(verify(library)).isEmpty();
        }
    }

    @Test
    void strangersAmongTheBlobs() throws IOException {
        String id = "0".repeat(32);
        for (String kind : List.of("packs", "manifests")) {
            Path place = Files.createDirectories(directory.resolve("data/blobs/" + kind + "/00"));
            Files.write(place.resolve(id), new byte[10]);
        }
        try (MirageLibrary library = open()) {
            assertThat(verify(library)).extracting(Damage::object).containsExactly("pack " + id);
            assertThat(library.statistics().manifestBytes()).isPositive();
        }
    }

    /** Nothing that the two images could share. */
    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(
                directory.resolve("data"), TestLibraries.settings(Acknowledge.COMMITTED));
    }

    private static List<Damage> verify(MirageLibrary library) throws IOException {
        return library.verifier().verify(_ -> {});
    }

    private List<Path> files(String kind) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("data/blobs").resolve(kind))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 16;
        Files.write(file, bytes);
    }
}
