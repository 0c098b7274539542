package mirage.library;

import static mirage.library.TestLibraries.assertClean;
import static mirage.library.TestLibraries.assertGives;
import static mirage.library.TestLibraries.settings;
import static mirage.library.TestLibraries.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.catalog.ImageId;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileType;
import mirage.library.LibrarySettings.Acknowledge;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Files of real file systems: what the tables say of them is what the tree they were made from says. */
final class FileDigestsTest {
    private static final int[] SIZES = {
        0, 1, 60, 100, 1023, 4095, 4096, 4097, 65535, 65536, 65537, 200_000, 1_500_000
    };

    @TempDir private Path directory;

    private Path tree = Path.of("");

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectories(directory.resolve("tree"));
        Random random = new Random(20250204);
        for (int size : SIZES) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            Files.write(tree.resolve("file-" + size), content);
        }
        Files.write(tree.resolve("zeros"), new byte[50_000]);
        try (FileChannel sparse =
                FileChannel.open(
                        tree.resolve("sparse"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 100_000);
            sparse.write(ByteBuffer.wrap(new byte[5000]), 3_000_000);
            sparse.write(ByteBuffer.wrap(new byte[] {4}), 5_000_000);
        }
        Files.createDirectories(tree.resolve("a/b"));
        Files.createLink(tree.resolve("a/b/linked"), tree.resolve("file-200000"));
        Files.createLink(tree.resolve("a/linked-zero"), tree.resolve("file-0"));
        Files.createSymbolicLink(tree.resolve("a/relative"), Path.of("../file-4097"));
        Files.createSymbolicLink(tree.resolve("absolute"), Path.of("/a/relative"));
        Files.createSymbolicLink(tree.resolve("above"), Path.of("../../../file-60"));
        Files.createSymbolicLink(tree.resolve("loop"), Path.of("/a/pool"));
        Files.createSymbolicLink(tree.resolve("a/pool"), Path.of("../loop"));
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("nothing"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-b 4096", "-b 1024", "-b 4096 -O inline_data -I 1024", "-O ^extent,^64bit"})
    void everyContentHasItsDigest(String options) throws IOException {
        byte[] image = Ext4Images.make(tree, directory, 24, options.split(" "));
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED))) {
            assertThat(store(library, "image", image).warnings()).isEmpty();
            assertThat(contents(library, "image")).isEqualTo(contentsOfTree());
            assertGives(library, "image", image, 1);
            assertClean(library);

            ImageFiles files = files(library);
            try (ImageContent disk = library.open(new ImageId("image"), View.DISK)) {
                for (String path : contentsOfTree().keySet()) {
                    assertThat(read(files, path, disk))
                            .as(path)
                            .isEqualTo(Files.readAllBytes(tree.resolve(path.substring(1))));
                }
            }
        }
    }

    @Test
    void linksAreFollowedAsTheGuestWould() throws IOException {
        byte[] image = Ext4Images.make(tree, directory, 24);
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED))) {
            store(library, "image", image);
            ImageFiles files = files(library);
            try (ImageContent disk = library.open(new ImageId("image"), View.DISK)) {
                byte[] target = Files.readAllBytes(tree.resolve("file-4097"));
                assertThat(read(files, "/a/relative", disk)).isEqualTo(target);
                assertThat(read(files, "/absolute", disk)).isEqualTo(target);
                assertThat(read(files, "absolute", disk)).isEqualTo(target);
                assertThat(read(files, "/a/b/../.././/file-4097", disk)).isEqualTo(target);
                assertThat(read(files, "/above", disk)).hasSize(60);
                assertThat(files.find("/dangling")).isNull();
                assertThat(files.find("/a/b/nothing")).isNull();
                assertThatThrownBy(() -> files.find("/loop"))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("symbolic links");
                FileEntry root = Objects.requireNonNull(files.find("/"));
                assertThatThrownBy(() -> files.open(root, disk))
                        .isInstanceOf(FileNotFoundException.class);
            }
        }
    }

    @Test
    void filesAreSharedWhereverTheyLie() throws IOException {
        byte[] first = Ext4Images.make(tree, directory, 24, "-b", "4096");
        byte[] fresh = new byte[30_000];
        new Random(3).nextBytes(fresh);
        // Sorts first, so that every other file comes to lie elsewhere.
        Files.write(tree.resolve("a/a-new-one"), fresh);
        byte[] second =
                GoldenDisks.qcow2(
                        GoldenDisks.partitioned(
                                Ext4Images.make(tree, directory, 32, "-b", "4096")));
        try (MirageLibrary library =
                MirageLibrary.open(directory.resolve("data"), settings(Acknowledge.COMMITTED))) {
            store(library, "first", first);
            long before = library.statistics().uniqueBytes();
            store(library, "second", second);
            long added = library.statistics().uniqueBytes() - before;
            // The new file; inode tables, bitmaps, directories; recipes and file tables.
            assertThat(added).isBetween(30_000L, 300_000L);
            assertGives(library, "second", second, 2);
            ImageManifest manifest = library.manifest(new ImageId("second"));
            assertThat(Objects.requireNonNull(manifest).format()).isEqualTo("qcow2");
            assertThat(contents(library, "second")).isEqualTo(contentsOfTree());
        }
    }

    private static ImageFiles files(MirageLibrary library) throws IOException {
        ImageManifest manifest = library.manifest(new ImageId("image"));
        return library.files(Objects.requireNonNull(manifest).volumes()).getFirst();
    }

    private static byte[] read(ImageFiles files, String path, ImageContent disk)
            throws IOException {
        FileEntry entry = Objects.requireNonNull(files.find(path), path);
        try (mirage.bytes.ByteSource content = files.open(entry, disk)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) content.length());
            content.readFully(0, bytes);
            return bytes.array();
        }
    }

    /** Digest of each regular file by its path. */
    private static Map<String, String> contents(MirageLibrary library, String id)
            throws IOException {
        ImageManifest manifest = library.manifest(new ImageId(id));
        VolumeRecord.FileTable table =
                Objects.requireNonNull(
                        Objects.requireNonNull(manifest).volumes().getFirst().files());
        Map<String, String> contents = new TreeMap<>();
        FileTableReader.forEach(
                table,
                library.chunks(),
                entry -> {
                    if (entry.file().type() == FileType.REGULAR) {
                        contents.put("/" + entry.file().path(), String.valueOf(entry.content()));
                    }
                    return true;
                });
        return contents;
    }

    private Map<String, String> contentsOfTree() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file :
                    files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                            .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                contents.put(
                        "/" + tree.relativize(file), ChunkId.of(bytes, 0, bytes.length).toString());
            }
        }
        return contents;
    }
}
