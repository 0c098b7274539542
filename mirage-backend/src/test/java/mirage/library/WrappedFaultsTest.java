package mirage.library;

import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.read;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;
import mirage.blob.BlobStore;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.library.LibrarySettings.Acknowledge;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/** One of the packs that a compressed image takes goes wrong when it is written, each in turn. */
final class WrappedFaultsTest {
    private static final byte[] DISK = GoldenDisks.partitioned(RandomDisks.disk(4, 2_500_000));

    @TempDir private Path directory;

    private static byte[] image() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(DISK);
        }
        return out.toByteArray();
    }

    /** As when the disk is full for a moment: without the disk in it there is room for the upload. */
    @Test
    void whichPackEverFailsTheUploadIsStored() throws IOException {
        byte[] image = image();
        for (int number = 0; ; number++) {
            int failing = number;
            Faulty[] faulty = new Faulty[1];
            try (MirageLibrary library =
                    open(number, blobs -> faulty[0] = new Faulty(blobs, failing, false))) {
                StoredImage stored = store(library, "image", image);
                assertGives(library, "image", image, 1);
                if (!faulty[0].isOver()) {
                    assertThat(stored.format()).isEqualTo("gzip+raw");
                    assertThat(number).isGreaterThanOrEqualTo(4);
                    return;
                }
                assertThat(stored.format()).isNull();
                assertThat(stored.warnings())
                        .singleElement()
                        .isEqualTo("its disk is not stored: No space left on device");
            }
        }
    }

    /** Also in what is stored of the disk, which the bytes of the upload do not show. */
    @Test
    void aBitThatFlipsIsFound() throws IOException {
        byte[] image = image();
        for (int number = 0; ; number++) {
            int flipped = number;
            Faulty[] faulty = new Faulty[1];
            try (MirageLibrary library =
                    open(number, blobs -> faulty[0] = new Faulty(blobs, flipped, true))) {
                assertThat(store(library, "image", image).format()).isEqualTo("gzip+raw");
                assertGives(library, "image", image, 1);
                assertThat(read(library, "image", View.DISK)).isEqualTo(DISK);
            }
            if (!faulty[0].isOver()) {
                assertThat(number).isGreaterThanOrEqualTo(4);
                return;
            }
        }
    }

    private MirageLibrary open(int number, UnaryOperator<BlobStore> stacked) throws IOException {
        return MirageLibrary.open(
                directory.resolve("data-" + number),
                settings(Acknowledge.COMMITTED),
                stacked,
                Clock.systemUTC());
    }

    /** Fails at one pack that is written, or flips a bit among its frames. Manifests are as they should be. */
    private static final class Faulty implements BlobStore {
        private final BlobStore below;
        private final boolean flips;
        private int left;

        Faulty(BlobStore below, int left, boolean flips) {
            this.below = below;
            this.left = left;
            this.flips = flips;
        }

        synchronized boolean isOver() {
            return left < 0;
        }

        private synchronized boolean isNow(BlobName name) {
            return name.kind() == BlobKind.PACK && left-- == 0;
        }

        @Override
        public void create(BlobName name, ByteSource content) throws IOException {
            if (!isNow(name)) {
                below.create(name, content);
            } else if (flips) {
                ByteBuffer bytes = ByteBuffer.allocate((int) content.length());
                content.readFully(0, bytes);
                int at = bytes.capacity() / 3;
                bytes.put(at, (byte) (bytes.get(at) ^ 4));
                below.create(name, ByteSources.of(bytes.array()));
            } else {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public ByteSource open(BlobName name) throws IOException {
            return below.open(name);
        }

        @Override
        public void delete(BlobName name) throws IOException {
            below.delete(name);
        }

        @Override
        public List<BlobName> list(BlobKind kind) throws IOException {
            return below.list(kind);
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
