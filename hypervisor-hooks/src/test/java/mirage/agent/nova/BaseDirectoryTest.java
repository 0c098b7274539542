package mirage.agent.nova;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import mirage.agent.deploy.ImageView;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.hold.Stamp;
import mirage.agent.nova.BaseDirectory.Seeded;
import mirage.bytes.FileSource;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

final class BaseDirectoryTest {
    private static final ImageId IMAGE = new ImageId("22222222-2222-2222-2222-222222222222");
    private static final byte[] DISK =
            "a disk".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final ImageId OTHER = new ImageId("33333333-3333-3333-3333-333333333333");
    private static final ImageId THIRD = new ImageId("44444444-4444-4444-4444-444444444444");
    private static final Duration SHORT = Duration.ofSeconds(1);

    @TempDir private Path directory;

    private Path baseOf(ImageId image) {
        return directory.resolve("_base").resolve(BaseDirectory.nameOf(image));
    }

    private BaseDirectory bases(Inventory inventory, Instant now) {
        return new BaseDirectory(
                directory.resolve("_base"),
                locks(),
                Owner.same(),
                inventory,
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private NovaLocks locks() {
        return new NovaLocks(directory.resolve("locks"), Owner.same(), SHORT);
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
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
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

    private static byte[] compressed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(DISK);
        }
        return bytes.toByteArray();
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String name : List.of("machine.ovf", "disk.raw")) {
                TarArchiveEntry member = new TarArchiveEntry(name);
                member.setSize(DISK.length);
                tar.putArchiveEntry(member);
                tar.write(DISK);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static Stream<byte[]> packed() throws IOException {
        return Stream.of(compressed(), archive());
    }

    /** Nova makes no disk of what disks are packed in: what it has is what was uploaded. */
    @ParameterizedTest
    @MethodSource("packed")
    void aPackedBaseIsNoDisk(byte[] packed) throws IOException {
        Inventory inventory = Inventory.open(directory);
        inventory.know(List.of(IMAGE));
        Path base = baseOf(IMAGE);
        Files.createDirectories(requireNonNull(base.getParent()));
        Files.write(base, packed);
        bases(inventory, Instant.EPOCH).look();
        assertThat(inventory.ofNova(IMAGE, ImageView.CONTAINER)).isNotNull();
        assertThat(inventory.ofNova(IMAGE, ImageView.DISK)).isNull();
    }

    @Test
    void aBaseThatIsThereStays() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        Path base = directory.resolve("_base").resolve(BaseDirectory.nameOf(IMAGE));
        Files.createDirectories(requireNonNull(base.getParent()));
        Files.writeString(base, "Nova's");
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.THERE);
        assertThat(base).hasContent("Nova's");
        assertThat(bases.replace(put(shelf), requireNonNull(Stamp.of(base)), shelf))
                .isEqualTo(Seeded.DONE);
        assertThat(base).hasBinaryContent(DISK);
        assertThat(directory.resolve("_base").toFile().list()).hasSize(1);
    }

    @Test
    void aDamagedBaseThatIsGoneIsNotBroughtBack() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        Path base = baseOf(IMAGE);
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
        Stamp damaged = requireNonNull(Stamp.of(base));
        // As Nova's cleaning does.
        Files.delete(base);
        assertThat(bases.replace(put(shelf), damaged, shelf)).isEqualTo(Seeded.OVERTAKEN);
        assertThat(base).doesNotExist();
        assertThat(inventory.onShelf(IMAGE, ImageView.DISK)).isNull();
    }

    @Test
    void aDamagedBaseThatIsAnotherNowStays() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        Path base = baseOf(IMAGE);
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
        Stamp damaged = requireNonNull(Stamp.of(base));
        Path next = Files.writeString(base.resolveSibling("next"), "Nova's");
        Files.move(next, base, StandardCopyOption.REPLACE_EXISTING);
        assertThat(bases.replace(put(shelf), damaged, shelf)).isEqualTo(Seeded.OVERTAKEN);
        assertThat(base).hasContent("Nova's");
    }

    @Test
    void whatWasRevokedWhileItWasMadeIsNotBroughtBack() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
        Stamp damaged = requireNonNull(Stamp.of(baseOf(IMAGE)));
        int before = bases.removals(IMAGE);
        assertThat(bases.remove(IMAGE)).isTrue();
        assertThat(bases.seed(put(shelf), before, shelf)).isEqualTo(Seeded.OVERTAKEN);
        assertThat(bases.replace(put(shelf), damaged, shelf)).isEqualTo(Seeded.OVERTAKEN);
        assertThat(baseOf(IMAGE)).doesNotExist();
        assertThat(inventory.images()).isEmpty();
        assertThat(bases.seed(put(shelf), bases.removals(IMAGE), shelf)).isEqualTo(Seeded.DONE);
    }

    @Test
    void aBaseThatIsCutShortKeepsItsDigestAndDoesNotServe() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
        try (FileChannel file = FileChannel.open(baseOf(IMAGE), StandardOpenOption.WRITE)) {
            file.truncate(DISK.length / 2);
        }
        bases.look();
        Held held = requireNonNull(inventory.ofNova(IMAGE, ImageView.DISK));
        assertThat(held.digest()).isNotNull();
        assertThat(held.isCut()).isTrue();
        assertThat(held.mayServe()).isFalse();
        assertThat(inventory.wasDropped(IMAGE)).isFalse();
    }

    @Test
    void aFileThatCannotBeReadKeepsNobodyFromTheRest() throws IOException {
        Inventory inventory = Inventory.open(directory);
        inventory.know(List.of(IMAGE, OTHER, THIRD));
        Files.createDirectories(requireNonNull(baseOf(IMAGE).getParent()));
        for (ImageId image : List.of(IMAGE, OTHER, THIRD)) {
            Files.write(baseOf(image), DISK);
        }
        BaseDirectory bases =
                new BaseDirectory(
                        directory.resolve("_base"),
                        locks(),
                        Owner.same(),
                        inventory,
                        Clock.systemUTC(),
                        base -> {
                            if (base.equals(baseOf(OTHER))) {
                                throw new IOException("Input/output error");
                            }
                            return FileSource.open(base);
                        });
        bases.look();
        assertThat(inventory.images()).containsExactlyInAnyOrder(IMAGE, THIRD);
        assertThat(bases.has(OTHER)).isTrue();
    }

    @Test
    void aBaseThatCannotEvenBeLookedAtIsNotTakenForGone() throws IOException {
        Inventory inventory = Inventory.open(directory);
        // Its name is longer than a file system takes: whoever looks at it hears of an error.
        BaseDirectory bases =
                new BaseDirectory(
                        directory.resolve("_base"),
                        locks(),
                        Owner.same(),
                        inventory,
                        Clock.systemUTC());
        inventory.put(
                Held.ofNova(
                        IMAGE,
                        ImageView.DISK,
                        directory.resolve("b".repeat(300)),
                        null,
                        new Stamp(1, 1, 1)));
        bases.removeLeftovers();
        bases.look();
        assertThat(inventory.images()).as("not known to be gone").containsExactly(IMAGE);
    }

    @Test
    void aBaseIsUnusedUntilNovaSetsItsTime() throws IOException {
        Inventory inventory = Inventory.open(directory);
        Shelf shelf = Shelf.open(directory, inventory, Long.MAX_VALUE, 0);
        BaseDirectory bases = bases(inventory, Instant.EPOCH);
        assertThat(bases.seed(put(shelf), 0, shelf)).isEqualTo(Seeded.DONE);
        assertThat(bases.unusedBytes()).isEqualTo(DISK.length);
        Inventory again = Inventory.open(directory);
        assertThat(bases(again, Instant.EPOCH).unusedBytes()).isEqualTo(DISK.length);
        Files.setLastModifiedTime(baseOf(IMAGE), FileTime.from(Instant.EPOCH.plusSeconds(1)));
        assertThat(bases.unusedBytes()).isZero();
    }
}
