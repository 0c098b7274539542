package mirage.library;

import static mirage.library.TestLibraries.assertClean;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.catalog.ImageId;
import mirage.filesystem.FileType;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Whatever is in an image, it is stored, and comes back bit-exact. Thousands of inputs by {@code
 * -Dmirage.fuzz.inputs}, see {@link Fuzz}.
 */
final class HostileImagesTest {
    private static final long DEFAULT_INPUTS = 130;
    private static final long MAX_GOLDEN_BYTES = 17 << 20;

    @TempDir private Path directory;

    @Test
    void goldensAreStoredAndTheirDisksCanBeRead() throws IOException {
        try (MirageLibrary library = open()) {
            byte[] volume = GoldenDisks.load("ext4/ext2-old.img.zst");
            for (byte[] image :
                    List.of(volume, GoldenDisks.partitioned(volume), GoldenDisks.qcow2(volume))) {
                ImageId id = new ImageId("image-" + image.length);
                StoredImage stored = library.store(id, "", new java.io.ByteArrayInputStream(image));
                assertThat(stored.warnings()).isEmpty();
                assertThat(stored.format()).isIn("raw", "qcow2");
                ImageManifest manifest = Objects.requireNonNull(library.manifest(id));
                assertThat(manifest.volumes()).hasSize(1);
                assertThat(manifest.volumes().getFirst().files()).isNotNull();
            }
            // One file system in three wrappings: its blocks are stored once.
            assertThat(library.statistics().uniqueBytes()).isLessThan(volume.length);
            assertClean(library);
        }
    }

    @Test
    void everyMutationComesBackBitExact() throws IOException {
        try (MirageLibrary library = open()) {
            int[] number = {0};
            Fuzz.run(
                    GoldenDisks.names(MAX_GOLDEN_BYTES),
                    golden -> new Mutator(GoldenDisks.load(golden)),
                    DEFAULT_INPUTS,
                    input -> storeAndCompare(library, "image-" + number[0]++, input));
            assertThat(number[0]).isPositive();
            assertClean(library);
        }
    }

    private MirageLibrary open() throws IOException {
        return MirageLibrary.open(directory, TestLibraries.settings(Acknowledge.COMMITTED));
    }

    private static void storeAndCompare(MirageLibrary library, String name, ByteSource input)
            throws IOException {
        ImageId id = new ImageId(name);
        try {
            library.store(id, name, new SourceStream(input));
        } catch (FormatException e) {
            throw new AssertionError("refused: " + e.getMessage(), e);
        }
        try (ImageContent content = library.open(id, View.CONTAINER)) {
            assertThat(content.length()).isEqualTo(input.length());
            content.transferTo(0, content.length(), new SameAs(input));
        }
        readDisk(library, id);
        readFiles(library, id);
        // The next one is compared with those that stay.
        if (name.hashCode() % 2 == 0) {
            library.delete(id);
        }
    }

    private static void readDisk(MirageLibrary library, ImageId id) throws IOException {
        try (ImageContent disk = library.open(id, View.DISK)) {
            long length = Math.min(disk.length(), 4 << 20);
            disk.transferTo(0, length, new SameAs(disk));
            ByteBuffer last = ByteBuffer.allocate(4096);
            disk.readAt(Math.max(0, disk.length() - 4096), last);
        } catch (FormatException e) {
            // A disk that is broken is refused where it is.
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** Tables of hostile file systems can be read back, and what can be opened has the digest that it is said to. */
    private static void readFiles(MirageLibrary library, ImageId id) throws IOException {
        ImageManifest manifest = Objects.requireNonNull(library.manifest(id));
        assertThat(manifest).isNotNull();
        for (VolumeRecord volume : manifest.volumes()) {
            VolumeRecord.FileTable table = volume.files();
            if (table == null) {
                continue;
            }
            List<FileEntry> some = new ArrayList<>();
            FileTableReader.forEach(
                    table,
                    library.chunks(),
                    entry -> {
                        boolean small = entry.file().size() <= 1 << 20;
                        if (small && entry.file().type() == FileType.REGULAR && some.size() < 5) {
                            some.add(entry);
                        }
                        return true;
                    });
            ImageFiles files = ImageFiles.of(volume, table, library.chunks());
            try (ImageContent disk = library.open(id, View.DISK)) {
                for (FileEntry entry : some) {
                    compareDigest(files, entry, disk);
                }
            }
        }
    }

    private static void compareDigest(ImageFiles files, FileEntry entry, ByteSource disk)
            throws IOException {
        try (ByteSource content = files.open(entry, disk)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) content.length());
            content.readFully(0, bytes);
            if (entry.content() != null) {
                assertThat(mirage.chunk.ChunkId.of(bytes.flip())).isEqualTo(entry.content());
            }
        } catch (FormatException e) {
            assertThat(entry.content()).as(e.getMessage()).isNull();
        }
    }

    private static final class SourceStream extends InputStream {
        private final ByteSource source;
        private long position;

        SourceStream(ByteSource source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = source.readAt(position, ByteBuffer.wrap(target, offset, length));
            position += read;
            return read == 0 && length > 0 ? -1 : read;
        }
    }

    /** Fails at the first byte that differs. */
    private static final class SameAs implements WritableByteChannel {
        private final ByteSource expected;
        private long position;

        SameAs(ByteSource expected) {
            this.expected = expected;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = bytes.remaining();
            ByteBuffer wanted = ByteBuffer.allocate(written);
            expected.readFully(position, wanted);
            int difference = wanted.flip().mismatch(bytes);
            if (difference >= 0) {
                throw new AssertionError("differs at " + (position + difference));
            }
            bytes.position(bytes.limit());
            position += written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
