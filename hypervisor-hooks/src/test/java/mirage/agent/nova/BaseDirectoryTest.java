package mirage.agent.nova;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.nova.BaseDirectory.Seeded;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

final class BaseDirectoryTest {
    private static final ImageId IMAGE = new ImageId("22222222-2222-2222-2222-222222222222");
    private static final byte[] DISK =
            "a disk".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    @TempDir private Path directory;

    private BaseDirectory bases(Inventory inventory, Instant now) {
        return new BaseDirectory(
                directory.resolve("_base"),
                directory.resolve("locks"),
                Owner.same(),
                inventory,
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Held put(Shelf shelf) throws IOException {
        Path file = Files.write(shelf.workFile(IMAGE, "disk"), DISK);
        DataDigest.Stream digest = new DataDigest.Stream();
        digest.update(ByteBuffer.wrap(DISK));
        return shelf.put(IMAGE, ImageView.DISK, file, digest.finish(), DISK.length);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void aClockThatIsADayOffChangesOnlyTheTimeOfABase(long days) throws IOException {
        Instant now = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(days));
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, now);
        assertThat(bases.seed(put(shelf), shelf, Duration.ofSeconds(1))).isEqualTo(Seeded.DONE);
        Path base = directory.resolve("_base").resolve(BaseDirectory.nameOf(IMAGE));
        assertThat(base).hasBinaryContent(DISK);
        assertThat(Files.getLastModifiedTime(base).toInstant()).isEqualTo(now);
        // Nova, whose clock is another, uses it.
        Files.setLastModifiedTime(
                base, java.nio.file.attribute.FileTime.from(now.plus(Duration.ofDays(2))));
        bases.look();
        Held held = requireNonNull(inventory.ofNova(IMAGE, ImageView.DISK));
        assertThat(held.mayServe()).isTrue();
        assertThat(held.digest()).isNotNull();
        assertThat(inventory.onShelf(IMAGE, ImageView.DISK)).isNull();
    }

    @Test
    void aBaseThatIsThereStays() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        Path base = directory.resolve("_base").resolve(BaseDirectory.nameOf(IMAGE));
        Files.createDirectories(requireNonNull(base.getParent()));
        Files.writeString(base, "Nova's");
        assertThat(bases.seed(put(shelf), shelf, Duration.ofSeconds(1))).isEqualTo(Seeded.THERE);
        assertThat(base).hasContent("Nova's");
        assertThat(bases.replace(put(shelf), shelf, Duration.ofSeconds(1))).isEqualTo(Seeded.DONE);
        assertThat(base).hasBinaryContent(DISK);
        assertThat(directory.resolve("_base").toFile().list()).hasSize(1);
    }
}
