package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.awaitStructured;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.DamagedEntry;
import mirage.catalog.ImageId;
import mirage.codec.CorruptBlobException;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.maintain.Damage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What a disk does to packs and spools after they were written. */
@Timeout(300)
final class DamageTest {
    private static final long SEED = 20250303;
    private static final byte[] DISK = RandomDisks.disk(1, 5_000_000);

    @TempDir private Path directory;

    private enum How {
        /** One frame of one pack. */
        FLIPPED_BYTE,
        /** All frames of all packs, at the same place each. */
        MANY_FLIPPED_BYTES,
        TABLE,
        MISSING
    }

    /** Uploading the same content again mends the image that was damaged, here, after a restart, and on other nodes. */
    @ParameterizedTest
    @EnumSource
    void whatAPackLostIsStoredAgain(How how) throws IOException {
        try (MirageLibrary library = open("a")) {
            store(library, "old", DISK);
            assertGives(library, "old", DISK, SEED);
        }
        try (MirageLibrary library = open("a");
                MirageLibrary other = open("b")) {
            damage(how);
            assertThatThrownBy(() -> read(library, "old", View.CONTAINER))
                    .isInstanceOf(IOException.class);
            store(library, "new", DISK);
            assertGives(library, "new", DISK, SEED);
            assertGives(library, "old", DISK, SEED);
            assertGives(other, "new", DISK, SEED);
            assertGives(other, "old", DISK, SEED);
        }
        for (String node : List.of("a", "fresh")) {
            try (MirageLibrary library = open(node)) {
                assertGives(library, "old", DISK, SEED);
                assertGives(library, "new", DISK, SEED);
                assertThat(library.verifier().verify(_ -> {}))
                        .extracting(Damage::object)
                        .allMatch(object -> object.startsWith("pack "));
                long chunks = library.statistics().chunks();
                store(library, "once-more-" + node, DISK);
                assertThat(library.statistics().chunks()).isEqualTo(chunks);
            }
        }
    }

    /** The upload itself finds out, nobody having read the damage before. */
    @ParameterizedTest
    @EnumSource
    void anUploadFindsDamageItself(How how) throws IOException {
        try (MirageLibrary library = open("a")) {
            store(library, "old", DISK);
        }
        try (MirageLibrary library = open("a")) {
            damage(how);
            store(library, "new", DISK);
            assertGives(library, "new", DISK, SEED);
            assertGives(library, "old", DISK, SEED);
        }
    }

    private void damage(How how) throws IOException {
        Random random = new Random(SEED);
        List<Path> packs = packs();
        assertThat(packs).hasSizeGreaterThan(2);
        switch (how) {
            case FLIPPED_BYTE -> flip(packs.getFirst(), Files.size(packs.getFirst()) / 3);
            case MANY_FLIPPED_BYTES -> {
                for (Path pack : packs) {
                    for (long at = 5000; at < Files.size(pack) - 3000; at += 30_000) {
                        flip(pack, at + random.nextInt(1000));
                    }
                }
            }
            case TABLE -> flip(packs.getFirst(), Files.size(packs.getFirst()) - 30);
            case MISSING -> Files.delete(packs.getFirst());
        }
    }

    @Test
    void aDamagedSpoolIsNotServedAndIsNamed() throws IOException {
        GatedBlobStore[] gate = new GatedBlobStore[1];
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory,
                        settings(Acknowledge.SPOOLED),
                        blobs -> gate[0] = new GatedBlobStore(blobs),
                        Clock.systemUTC())) {
            store(library, "image", DISK);
            store(library, "whole", DISK);
            assertClean(library);
            Path spool = spool("image@", ".spool");
            for (long at : new long[] {0, 700_000, DISK.length - 1}) {
                flip(spool, at);
                assertThatThrownBy(() -> read(library, "image", View.CONTAINER))
                        .isInstanceOf(CorruptBlobException.class)
                        .hasMessageContaining("spool image@default@")
                        .hasMessageContaining("CRC32C");
                assertThat(library.verifier().verify(_ -> {}))
                        .extracting(Damage::object)
                        .containsExactly("spool of image image (name of image)");
                flip(spool, at);
                assertGives(library, "image", DISK, SEED);
            }
            flip(spool("image@", ".map"), 100);
            assertThatThrownBy(() -> read(library, "image", View.CONTAINER))
                    .isInstanceOf(CorruptBlobException.class);
            assertThat(library.verifier().verify(_ -> {})).hasSize(1);
            gate[0].open.countDown();
            awaitStructured(library);
            assertGives(library, "image", DISK, SEED);
            assertGives(library, "whole", DISK, SEED);
            assertClean(library);
        }
    }

    /** A restart does without a damaged map, and does not take a damaged spool for what was uploaded. */
    @Test
    void aRestartTellsDamagedMapsFromDamagedSpools() throws IOException {
        try (MirageLibrary library =
                MirageLibrary.open(
                        directory,
                        settings(Acknowledge.SPOOLED),
                        GatedBlobStore::new,
                        Clock.systemUTC())) {
            store(library, "map", DISK);
            store(library, "bytes", DISK);
        }
        flip(spool("map@", ".map"), 50);
        flip(spool("bytes@", ".spool"), 1_000_000);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            assertThat(
                            library.awaitStructured(
                                            new ImageId("map"), java.time.Duration.ofSeconds(60))
                                    .state())
                    .isEqualTo(StoredImage.State.STRUCTURED);
            assertGives(library, "map", DISK, SEED);
            assertThatThrownBy(() -> read(library, "bytes", View.CONTAINER))
                    .isInstanceOf(CorruptBlobException.class);
        }
        flip(spool("bytes@", ".spool"), 1_000_000);
        try (MirageLibrary library =
                MirageLibrary.open(directory, settings(Acknowledge.COMMITTED))) {
            awaitStructured(library);
            assertGives(library, "bytes", DISK, SEED);
            assertClean(library);
        }
    }

    @Test
    void imagesOfWhichNothingCanBeToldAreNamed() throws IOException {
        try (MirageLibrary library = open("a")) {
            store(library, "good", DISK);
            store(library, "bad", DISK);
            assertThat(library.damaged()).isEmpty();
            flip(directory.resolve("catalog/bad.image"), 30);
            assertThat(library.list())
                    .extracting(image -> image.id().value())
                    .containsExactly("good");
            assertThat(library.damaged()).extracting(DamagedEntry::image).containsExactly("bad");
            for (String id : List.of("bad", "good")) {
                assertThatThrownBy(() -> library.move(new ImageId("bad"), new ImageId(id + "x")))
                        .isInstanceOf(IOException.class);
            }
            library.delete(new ImageId("bad"));
            assertThat(library.damaged()).isEmpty();
        }
    }

    private MirageLibrary open(String node) throws IOException {
        return MirageLibrary.open(directory, TestLibraries.node(node, Acknowledge.COMMITTED));
    }

    private List<Path> packs() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("blobs/packs"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path spool(String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("spool"))) {
            return files.filter(
                            file -> {
                                String name = file.getFileName().toString();
                                return name.startsWith(prefix) && name.endsWith(suffix);
                            })
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 16;
        Files.write(file, bytes);
    }
}
