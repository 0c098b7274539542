package mirage.library;

import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.catalog.ImageId;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.DiskView;
import mirage.manifest.ImageManifest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A few KiB that claim TiB: time and memory follow what was uploaded. */
@Timeout(60)
final class HugeClaimsTest {
    private static final int CLUSTER_BYTES = 2 << 20;
    private static final long TABLE_SPAN = CLUSTER_BYTES / 8L * CLUSTER_BYTES;

    @TempDir private Path directory;

    @Test
    void anEmptyDiskOfOnePebibyte() throws IOException {
        byte[] image = qcow2(1L << 50, 0);
        ImageManifest manifest = storeAndCompare(image);
        assertThat(manifest.disk()).isEqualTo(new DiskView.ThroughFormat());
        assertThat(manifest.virtualSize()).isEqualTo(1L << 50);
    }

    @Test
    void anEmptyDiskOfEightTebibytes() throws IOException {
        ImageManifest manifest = storeAndCompare(qcow2(8L << 40, 0));
        assertThat(manifest.disk()).isInstanceOf(DiskView.OwnRecipe.class);
    }

    @Test
    void oneClusterThatIsEverywhere() throws IOException {
        ImageManifest manifest = storeAndCompare(qcow2(TABLE_SPAN, CLUSTER_BYTES / 8));
        assertThat(manifest.disk()).isEqualTo(new DiskView.ThroughFormat());
    }

    @Test
    void aFileOfTwoTebibytesOfHoles() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve("small"), "small");
        try (RandomAccessFile huge = new RandomAccessFile(tree.resolve("huge").toFile(), "rw")) {
            huge.setLength(2L << 40);
        }
        byte[] image = Ext4Images.make(tree, directory, 8);
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED))) {
            assertThat(store(library, "image", image).warnings())
                    .singleElement()
                    .asString()
                    .contains("2199023255552 bytes is out of proportion");
            assertGives(library, "image", image, 1);
            ImageFiles files =
                    library.files(
                                    Objects.requireNonNull(library.manifest(new ImageId("image")))
                                            .volumes())
                            .getFirst();
            assertThat(Objects.requireNonNull(files.find("/huge")).content()).isNull();
            assertThat(Objects.requireNonNull(files.find("/small")).content()).isNotNull();
        }
    }

    private ImageManifest storeAndCompare(byte[] image) throws IOException {
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED))) {
            assertThat(store(library, "image", image).format()).isEqualTo("qcow2");
            assertGives(library, "image", image, 1);
            ImageManifest manifest = Objects.requireNonNull(library.manifest(new ImageId("image")));
            try (ImageContent disk = library.open(new ImageId("image"), View.DISK)) {
                assertThat(disk.length()).isEqualTo(manifest.virtualSize());
                ByteBuffer last = ByteBuffer.allocate(512);
                disk.readFully(disk.length() - 512, last);
            }
            return manifest;
        }
    }

    /** A header, an L1 table, one L2 table whose first entries name the cluster behind it. */
    private static byte[] qcow2(long diskBytes, int entries) {
        int tables = (int) Math.ceilDiv(diskBytes, TABLE_SPAN);
        ByteBuffer image = ByteBuffer.allocate(4 * CLUSTER_BYTES);
        image.putInt(0, 0x514649fb).putInt(4, 2).putInt(20, 21).putLong(24, diskBytes);
        image.putInt(36, tables).putLong(40, CLUSTER_BYTES);
        if (entries > 0) {
            image.putLong(CLUSTER_BYTES, 2L * CLUSTER_BYTES);
        }
        for (int i = 0; i < entries; i++) {
            image.putLong(2 * CLUSTER_BYTES + 8 * i, 3L * CLUSTER_BYTES);
        }
        image.putLong(3 * CLUSTER_BYTES, 17);
        return image.array();
    }
}
