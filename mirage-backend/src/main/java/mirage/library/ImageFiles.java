package mirage.library;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkSource;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.SymbolicLinks;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The files of one volume of an image, by path. Symbolic links are followed as the guest would, within the volume. */
public final class ImageFiles {
    private final VolumeRecord volume;
    private final VolumeRecord.FileTable table;
    private final ChunkSource chunks;
    private final SymbolicLinks links = new SymbolicLinks(Long.MAX_VALUE);

    private ImageFiles(VolumeRecord volume, VolumeRecord.FileTable table, ChunkSource chunks) {
        this.volume = volume;
        this.table = table;
        this.chunks = chunks;
    }

    static ImageFiles of(VolumeRecord volume, VolumeRecord.FileTable table, ChunkSource chunks)
            throws IOException {
        ImageFiles files = new ImageFiles(volume, table, chunks);
        FileTableReader.forEach(
                table,
                chunks,
                entry -> {
                    if (entry.file().type() == FileType.SYMLINK) {
                        files.links.add(entry.file().path(), entry.file().linkTarget());
                    }
                    return true;
                });
        return files;
    }

    /** The row of a path after its links are followed, null when there is none. */
    public @Nullable FileEntry find(String path) throws IOException {
        RawName resolved = resolve(path);
        List<FileEntry> found = new ArrayList<>();
        FileTableReader.forEach(
                table,
                chunks,
                entry -> {
                    if (entry.file().path().equals(resolved)) {
                        found.add(entry);
                    }
                    return found.isEmpty();
                });
        return found.isEmpty() ? null : found.getFirst();
    }

    /**
     * The content of a regular file.
     *
     * @param disk the image's disk, which stays the caller's
     */
    public ByteSource open(FileEntry entry, ByteSource disk) throws IOException {
        FileRecord file = entry.file();
        if (file.type() != FileType.REGULAR) {
            throw new FileNotFoundException("/" + file.path() + " is no regular file");
        }
        if (file.flags().damaged() || file.flags().encrypted()) {
            throw new FormatException(
                    "/"
                            + file.path()
                            + " is "
                            + (file.flags().damaged() ? "damaged" : "encrypted")
                            + " in the image");
        }
        return switch (file.content()) {
            case Content.Inline inline ->
                    ByteSources.of(inline.bytes().toBytes())
                            .slice(0, Math.min(inline.bytes().length(), file.size()));
            case Content.Mapped mapped ->
                    new MappedSource(volume.volume().bytes(disk), mapped.map(), file.size());
            case Content.Encoded _ -> decoded(file, disk);
        };
    }

    /** What the bytes mean, the file system has to say once more. */
    private ByteSource decoded(FileRecord file, ByteSource disk) throws IOException {
        FileSystem fileSystem = FileSystems.open(volume.volume().bytes(disk), new Warnings());
        if (fileSystem == null) {
            throw new FormatException(
                    "volume " + volume.volume().id() + ": no " + table.type() + " is found");
        }
        try {
            return fileSystem.content(file);
        } catch (WorkBudget.ExhaustedException e) {
            throw new FormatException("/" + file.path() + " is not found: " + e.getMessage(), e);
        }
    }

    private RawName resolve(String path) throws IOException {
        RawName resolved = links.resolve(RawName.EMPTY, RawName.of(path));
        if (resolved == null) {
            throw new IOException(path + ": too many symbolic links");
        }
        return resolved;
    }
}
