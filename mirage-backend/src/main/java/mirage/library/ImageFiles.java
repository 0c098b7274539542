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
import mirage.filesystem.WorkBudget;
import mirage.manifest.FileEntry;
import mirage.manifest.FileTableReader;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files of one volume of an image, by path. Symbolic links are followed as the guest would, within the volume. */
public final class ImageFiles {
    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    private final VolumeRecord volume;
    private final VolumeRecord.FileTable table;
    private final ChunkSource chunks;
    private final Map<RawName, RawName> links = new HashMap<>();

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
                        files.links.put(entry.file().path(), entry.file().linkTarget());
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
        Deque<String> left = new ArrayDeque<>();
        push(left, path);
        List<RawName> resolved = new ArrayList<>(List.of(RawName.EMPTY));
        for (int followed = 0; !left.isEmpty(); ) {
            String name = left.pop();
            if (name.equals("..")) {
                if (resolved.size() > 1) {
                    resolved.removeLast();
                }
                continue;
            }
            RawName at =
                    resolved.getLast().child(RawName.of(name.getBytes(StandardCharsets.UTF_8)));
            RawName target = links.get(at);
            if (target == null) {
                resolved.add(at);
                continue;
            }
            if (++followed > MAX_LINKS) {
                throw new IOException(path + ": more than " + MAX_LINKS + " symbolic links");
            }
            if (target.toString().startsWith("/")) {
                resolved.subList(1, resolved.size()).clear();
            }
            push(left, target.toString());
        }
        return resolved.getLast();
    }

    private static void push(Deque<String> left, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            if (!names[i].isEmpty() && !names[i].equals(".")) {
                left.push(names[i]);
            }
        }
    }
}
