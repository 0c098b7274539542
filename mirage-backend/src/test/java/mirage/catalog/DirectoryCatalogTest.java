package mirage.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

final class DirectoryCatalogTest extends CatalogContract {
    @TempDir private Path directory;

    @Override
    DirectoryCatalog open() throws IOException {
        return DirectoryCatalog.open(directory.resolve("catalog"));
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
        Files.write(file("new.tmp"), new byte[0]);
        Files.write(file("README"), new byte[0]);
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).containsExactly(entry(UBUNTU, "whole"));
        }
        try (Stream<Path> files = Files.list(directory.resolve("catalog"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("ubuntu.image", "README");
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
            // In the way of the temporary file.
            Files.createDirectories(file("ubuntu.tmp"));
            assertThatThrownBy(() -> catalog.swap(entry(UBUNTU, "first"), entry(UBUNTU, "second")))
                    .isInstanceOf(IOException.class);
            assertThat(catalog.find(UBUNTU)).isEqualTo(entry(UBUNTU, "first"));
        }
        try (Catalog catalog = open()) {
            assertThat(catalog.list()).containsExactly(entry(UBUNTU, "first"));
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
