package mirage.library;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.catalog.ImageId;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileType;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/** The files of an image in a library. */
final class StoredFiles {
    private StoredFiles() {}

    /** Everything that is known of each file, by its volume and path as {@code volume:path}. */
    static TreeMap<String, String> of(MirageLibrary library, String image) throws IOException {
        TreeMap<String, String> files = new TreeMap<>();
        for (VolumeRecord volume : manifest(library, image).volumes()) {
            for (FileEntry entry : entries(library, volume)) {
                String path = volume.volume().id() + ":" + entry.file().path();
                assertThat(files.put(path, entry.file() + " " + entry.content())).as(path).isNull();
            }
        }
        return files;
    }

    /** Reads every regular file, from where it lies on the disk. */
    static void assertEachHasItsDigest(MirageLibrary library, String image) throws IOException {
        ImageManifest manifest = manifest(library, image);
        int compared = 0;
        try (ImageContent disk = library.openDisks(manifest)) {
            for (VolumeRecord volume : manifest.volumes()) {
                VolumeRecord.FileTable table = volume.files();
                if (table == null) {
                    continue;
                }
                ImageFiles files = ImageFiles.of(volume, table, library.chunks());
                for (FileEntry entry : entries(library, volume)) {
                    if (entry.file().type() == FileType.REGULAR) {
                        byte[] bytes = read(files.open(entry, disk));
                        assertThat(ChunkId.of(bytes, 0, bytes.length))
                                .as("%s of volume %s", entry.file().path(), volume.volume().id())
                                .isEqualTo(entry.content());
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(5);
    }

    private static List<FileEntry> entries(MirageLibrary library, VolumeRecord volume)
            throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        VolumeRecord.FileTable table = volume.files();
        if (table != null) {
            FileTableReader.forEach(table, library.chunks(), entries::add);
        }
        return entries;
    }

    private static ImageManifest manifest(MirageLibrary library, String image) throws IOException {
        return Objects.requireNonNull(library.manifest(new ImageId(image)));
    }

    private static byte[] read(ByteSource source) throws IOException {
        byte[] bytes = new byte[(int) source.length()];
        source.readFully(0, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
