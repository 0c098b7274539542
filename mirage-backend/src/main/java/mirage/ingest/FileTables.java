package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.layout.VolumeLayout;
import mirage.manifest.FileTableBuilder;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The files of an image: walked once for their tables and for who owns which bytes, digested when their content was
 * not named by being one chunk, and written at the end.
 */
final class FileTables {
    private static final int READ_BYTES = 256 << 10;

    private final ByteSource disk;
    private final Warnings warnings;
    private final List<Table> tables = new ArrayList<>();
    private final List<FileContent> contents = new ArrayList<>();

    /** Holes of sparse files that may be digested: a hostile file can claim any size. */
    private long holeBudget;

    private record Table(VolumeLayout layout, @Nullable FileTableBuilder rows, long entries) {}

    /** A regular file's bytes in blocks of a volume; hard links share it. */
    private record FileContent(
            FileTableBuilder rows,
            List<Integer> ordinals,
            ByteSource volume,
            ExtentMap map,
            long size) {
        void name(ChunkId sha256) {
            ordinals.forEach(ordinal -> rows.setContent(ordinal, sha256));
        }

        boolean isNamed() {
            return rows.content(ordinals.getFirst()) != null;
        }
    }

    FileTables(ByteSource disk, Warnings warnings) {
        this.disk = disk;
        this.warnings = warnings;
        this.holeBudget = Math.max(disk.length(), 1 << 30);
    }

    /** Takes the contents that lie in blocks of the disk. */
    @FunctionalInterface
    interface ContentVisitor {
        /**
         * @param owner number for {@link #name}, from 0 up
         * @param map place in the content to place on the disk
         */
        void visit(int owner, ExtentMap map, long size);
    }

    /** Walks the files of a volume. A file system that turns out unreadable on the way keeps the rows it gave. */
    void add(VolumeLayout layout, ContentVisitor visitor) throws IOException {
        FileSystem fileSystem = layout.fileSystem();
        if (fileSystem == null) {
            tables.add(new Table(layout, null, 0));
            return;
        }
        FileTableBuilder rows = new FileTableBuilder();
        long volumeOffset = layout.volume().offset();
        ByteSource volume = disk.slice(volumeOffset, layout.volume().length());
        ExtentMap onDisk =
                new ExtentMap.Builder().add(0, layout.volume().length(), volumeOffset).build();
        Map<Long, Integer> linked = new HashMap<>();
        try {
            fileSystem.walk(file -> {
                int ordinal = rows.add(file);
                if (file.type() == FileType.REGULAR && !file.flags().damaged()) {
                    addContent(rows, ordinal, file, volume, onDisk, linked, visitor);
                }
            });
        } catch (FormatException e) {
            warnings.add("volume " + layout.volume().index() + ": " + e.getMessage());
        }
        tables.add(new Table(layout, rows, rows.count()));
    }

    private void addContent(
            FileTableBuilder rows,
            int ordinal,
            FileRecord file,
            ByteSource volume,
            ExtentMap onDisk,
            Map<Long, Integer> linked,
            ContentVisitor visitor) {
        switch (file.content()) {
            case Content.Inline inline -> {
                byte[] bytes = inline.bytes().toBytes();
                rows.setContent(
                        ordinal, ChunkId.of(bytes, 0, (int) Math.min(bytes.length, file.size())));
            }
            case Content.Mapped mapped -> {
                Integer earlier = file.links() > 1 ? linked.get(file.inode()) : null;
                if (earlier != null) {
                    contents.get(earlier).ordinals().add(ordinal);
                    return;
                }
                linked.put(file.inode(), contents.size());
                List<Integer> ordinals = new ArrayList<>(1);
                ordinals.add(ordinal);
                visitor.visit(contents.size(), mapped.map().through(onDisk), file.size());
                contents.add(new FileContent(rows, ordinals, volume, mapped.map(), file.size()));
            }
        }
    }

    /** How many contents were visited. */
    int contentCount() {
        return contents.size();
    }

    long contentSize(int owner) {
        return contents.get(owner).size();
    }

    /** Says the digest of a content that was named by being one chunk. */
    void name(int owner, ChunkId sha256) {
        contents.get(owner).name(sha256);
    }

    /** Digests the contents that have no name yet. */
    void digestTheRest(ExecutorService workers) throws IOException {
        List<Future<?>> work = new ArrayList<>();
        for (FileContent content : contents) {
            if (!content.isNamed() && withinHoleBudget(content)) {
                work.add(
                        workers.submit(() -> {
                            digest(content);
                            return null;
                        }));
            }
        }
        Workers.await(work);
    }

    /** Writes the tables as chunks. */
    List<VolumeRecord> finish(RecipeBuilder.SegmentSink sink) throws IOException {
        List<VolumeRecord> records = new ArrayList<>();
        for (Table table : tables) {
            FileSystem fileSystem = table.layout().fileSystem();
            FileTableBuilder rows = table.rows();
            records.add(
                    new VolumeRecord(
                            table.layout().volume(),
                            fileSystem == null || rows == null
                                    ? null
                                    : new VolumeRecord.FileTable(
                                            fileSystem.type(),
                                            fileSystem.label(),
                                            fileSystem.uuid(),
                                            fileSystem.sizeBytes(),
                                            fileSystem.blockSizeBytes(),
                                            table.entries(),
                                            rows.finish(sink))));
        }
        return records;
    }

    private boolean withinHoleBudget(FileContent content) {
        long holes = Math.max(0, content.size() - content.map().mappedBytes());
        if (holes > holeBudget) {
            warnings.add(
                    "a file of "
                            + content.size()
                            + " bytes is nearly all holes: its content has no digest");
            return false;
        }
        holeBudget -= holes;
        return true;
    }

    /** A content that cannot be read in full, such as one in a cluster that was cut off, gets no digest. */
    private void digest(FileContent content) throws IOException {
        try {
            content.name(sha256(content));
        } catch (FormatException e) {
            synchronized (warnings) {
                warnings.add("a file cannot be read in full: " + e.getMessage());
            }
        }
    }

    private static ChunkId sha256(FileContent content) throws IOException {
        MessageDigest sha256 = newSha256();
        ByteSource bytes = new MappedSource(content.volume(), content.map(), content.size());
        ByteBuffer buffer =
                ByteBuffer.allocate((int) Math.min(READ_BYTES, Math.max(1, content.size())));
        for (long at = 0; at < content.size(); at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), content.size() - at));
            bytes.readFully(at, buffer);
            sha256.update(buffer.flip());
        }
        return ChunkId.ofDigest(sha256.digest());
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
