package mirage.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.fuzz.Mutator;
import mirage.manifest.ManifestId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

final class DirectoryCatalogTest extends CatalogContract {
    @TempDir private Path directory;

    @Override
    DirectoryCatalog open() throws IOException {
        return DirectoryCatalog.open(directory.resolve("catalog"), "node");
    }

    @Override
    boolean outlivesItsProcess() {
        return true;
    }

    @Test
    void whatACrashLeftHalfWrittenIsRemoved() throws IOException {
        try (Catalog catalog = open()) {
            catalog.swap(null, entry(UBUNTU, "whole"));
        }
        Files.write(file("ubuntu.tmp"), new byte[] {1, 2, 3});
        Files.write(file("ubuntu@node@7.tmp"), new byte[] {1, 2, 3});
        Files.write(file("ubuntu@other@7.tmp"), new byte[] {1, 2, 3});
        Files.write(file("new.tmp"), new byte[0]);
        Files.write(file("README"), new byte[0]);
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).containsExactly(entry(UBUNTU, "whole"));
        }
        try (Stream<Path> files = Files.list(directory.resolve("catalog"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("another node may be writing its own")
                    .containsExactlyInAnyOrder(
                            "ubuntu.image", "README", "lock", "ubuntu@other@7.tmp");
        }
    }

    @Test
    void aDamagedEntryRefusesItsImageAlone() throws IOException {
        try (Catalog catalog = open()) {
            catalog.swap(null, entry(UBUNTU, "whole"));
            catalog.swap(null, entry(DEBIAN, "to be damaged"));
        }
        byte[] bytes = Files.readAllBytes(file(DEBIAN + ".image"));
        bytes[bytes.length / 2] ^= 4;
        Files.write(file(DEBIAN + ".image"), bytes);
        Files.copy(file("ubuntu.image"), file("copy.image"));
        Files.write(file("huge.image"), new byte[(1 << 20) + 1]);
        Files.write(file("empty.image"), new byte[0]);
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).containsExactly(entry(UBUNTU, "whole"));
            assertThat(catalog.damaged())
                    .extracting(DamagedEntry::image)
                    .containsExactlyInAnyOrder(DEBIAN.value(), "copy", "huge", "empty");
            assertThatThrownBy(() -> catalog.find(DEBIAN))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(DEBIAN.value())
                    .hasMessageContaining("CRC32C");
            assertThatThrownBy(() -> catalog.swap(null, entry(DEBIAN, "another")))
                    .isInstanceOf(IOException.class);
            assertThat(Files.readAllBytes(file(DEBIAN + ".image"))).isEqualTo(bytes);

            catalog.remove(DEBIAN);
            assertThat(catalog.find(DEBIAN)).isNull();
            catalog.swap(null, entry(DEBIAN, "another"));
            assertThat(catalog.find(DEBIAN)).isEqualTo(entry(DEBIAN, "another"));
        }
    }

    @Test
    void aSwapThatCannotBeWrittenChangesNothing() throws IOException {
        try (Catalog catalog = open()) {
            catalog.swap(null, entry(UBUNTU, "first"));
            Files.move(directory.resolve("catalog"), directory.resolve("away"));
            assertThatThrownBy(() -> catalog.swap(entry(UBUNTU, "first"), entry(UBUNTU, "second")))
                    .isInstanceOf(IOException.class);
            Files.move(directory.resolve("away"), directory.resolve("catalog"));
            assertThat(catalog.find(UBUNTU)).isEqualTo(entry(UBUNTU, "first"));
        }
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).containsExactly(entry(UBUNTU, "first"));
        }
    }

    /** What another process does is seen at once, by look-ups and by lists, however often they looked before. */
    @Test
    void readersSeeWhatOthersChange() throws IOException {
        try (Catalog mine = open();
                Catalog others = DirectoryCatalog.open(directory.resolve("catalog"), "other")) {
            for (int i = 0; i < 50; i++) {
                CatalogEntry entry = entry(UBUNTU, "a" + i);
                others.swap(null, entry);
                assertThat(mine.find(UBUNTU)).isEqualTo(entry);
                assertThat(mine.list()).containsExactly(entry);
                others.swap(entry, entry.withName("b" + i));
                assertThat(mine.list()).containsExactly(entry.withName("b" + i));
                assertThat(mine.find(UBUNTU)).isEqualTo(entry.withName("b" + i));
                others.remove(UBUNTU);
                assertThat(mine.list()).isEmpty();
                assertThat(mine.find(UBUNTU)).isNull();
            }
        }
    }

    /** Entries that are old enough are kept by lists, until their file is another. */
    @Test
    void listsKnowAnOldFileFromItsSuccessor() throws IOException {
        try (Catalog mine = open();
                Catalog others = DirectoryCatalog.open(directory.resolve("catalog"), "other")) {
            CatalogEntry entry = entry(UBUNTU, "a");
            others.swap(null, entry);
            FileTime old = FileTime.from(Instant.now().minusSeconds(60));
            Files.setLastModifiedTime(file("ubuntu.image"), old);
            assertThat(mine.list()).containsExactly(entry);
            assertThat(mine.list()).containsExactly(entry);
            others.swap(entry, entry.withName("b"));
            Files.setLastModifiedTime(file("ubuntu.image"), old);
            assertThat(mine.list()).containsExactly(entry.withName("b"));
        }
    }

    /** Several processes add to the label of the same few images; nothing that one of them added is lost. */
    @Test
    void processesDoNotLoseEachOthersSwaps() throws Exception {
        int perProcess = 150;
        try (Catalog catalog = open()) {
            catalog.swap(null, entry(UBUNTU, ""));
            catalog.swap(null, entry(DEBIAN, ""));
            List<Process> processes = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                processes.add(Appender.start(directory.resolve("catalog"), name, perProcess));
            }
            Appender.run(catalog, "d", perProcess);
            for (Process process : processes) {
                assertThat(process.waitFor()).isZero();
            }
            StringBuilder both = new StringBuilder();
            for (CatalogEntry entry : catalog.list()) {
                both.append(entry.name());
            }
            for (char name : "abcd".toCharArray()) {
                assertThat(both.chars().filter(c -> c == name)).as("%s", name).hasSize(perProcess);
            }
        }
    }

    /** Appends a letter to one label, then to the other, again and again. */
    static final class Appender {
        private Appender() {}

        static Process start(Path catalog, String name, int times) throws IOException {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Appender.class.getName(),
                            catalog.toString(),
                            name,
                            Integer.toString(times))
                    .inheritIO()
                    .start();
        }

        public static void main(String[] arguments) throws IOException {
            try (Catalog catalog = DirectoryCatalog.open(Path.of(arguments[0]), arguments[1])) {
                run(catalog, arguments[1], Integer.parseInt(arguments[2]));
            }
        }

        static void run(Catalog catalog, String name, int times) throws IOException {
            for (int i = 0; i < times; i++) {
                ImageId image = i % 2 == 0 ? UBUNTU : DEBIAN;
                boolean swapped = false;
                while (!swapped) {
                    CatalogEntry seen = Objects.requireNonNull(catalog.find(image));
                    try {
                        catalog.swap(seen, seen.withName(seen.name() + name));
                        swapped = true;
                    } catch (CatalogConflictException somebodyElseWasFaster) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    /** As the last version wrote it: the spool has the image's id. */
    @Test
    void entriesOfVersionOneAreRead() throws IOException {
        CatalogEntry spooled = entry(UBUNTU, "name").withSpool("ubuntu");
        CatalogEntry structured = spooled.withManifest(new ManifestId(new ChunkId(1, 2, 3, 4)));
        for (CatalogEntry entry : List.of(spooled, structured)) {
            ManifestId manifest = entry.manifest();
            ByteWriter body = new ByteWriter();
            body.text("ubuntu").text("name").varint(entry.size());
            body.text(entry.digests().md5()).text(entry.digests().sha256());
            body.text(entry.digests().sha512()).signedVarint(entry.stored().getEpochSecond());
            body.text(manifest == null ? "" : manifest.toString());
            ByteBuffer sealed = new BlobFraming("MCAT", 1, 0).seal(body.toBuffer(), 1);
            assertThat(CatalogFormat.decode("entry", sealed)).isEqualTo(entry);
        }
    }

    @Test
    void mutatedEntriesAreRefused() throws IOException {
        ByteBuffer encoded = CatalogFormat.encode(entry(UBUNTU, "name"));
        byte[] whole = new byte[encoded.remaining()];
        encoded.get(whole);
        Mutator mutator = new Mutator(whole);
        for (int i = 0; i < 3000; i++) {
            ByteSource source = mutator.mutate(i);
            byte[] mutated = new byte[(int) source.length()];
            source.readFully(0, ByteBuffer.wrap(mutated));
            try {
                CatalogEntry read = CatalogFormat.decode("entry", ByteBuffer.wrap(mutated));
                assertThat(read).as("seed %d", i).isEqualTo(entry(UBUNTU, "name"));
            } catch (CorruptBlobException | UnsupportedBlobException e) {
                assertThat(e).hasMessageContaining("entry");
            }
        }
    }

    private Path file(String name) {
        return directory.resolve("catalog").resolve(name);
    }
}
