package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.facts.FactCollection;
import mirage.facts.VolumeFacts;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.layout.VolumeLayout;
import mirage.manifest.FileTableBuilder;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
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
    private static final Logger LOG = LoggerFactory.getLogger(FileTables.class);
    private static final int READ_BYTES = 256 << 10;

    /** Seconds of work for any image, enough for a sparse file of a few GiB in a small one. */
    private static final long LEAST_DIGEST_BUDGET_BYTES = 8L << 30;

    /**
     * How many more extents the pieces of volumes may make of those of files. Each piece of a striped volume splits those over
     * it once; a hostile image can have thousands of files over the same.
     */
    private static final long MAX_SPLITS = 4 << 20;

    private final ByteSource disk;
    private final @Nullable FactCollection facts;
    private final Warnings warnings;
    private final List<Table> tables = new ArrayList<>();
    private final List<FileContent> contents = new ArrayList<>();

    /** Bytes of files that may still be digested; what a file claims is no measure, see {@link #budget}. */
    private long digestBudget;

    private long splitBudget = MAX_SPLITS;

    private record Table(VolumeLayout layout, @Nullable FileTableBuilder rows, long entries) {}

    /**
     * A regular file's bytes in blocks of a volume; hard links share it.
     *
     * @param stored how many there are
     * @param size of what they stand for
     * @param bytes opens that; null of an encrypted file, which gets no name
     * @param isPlain whether the stored bytes are what they stand for, so that a chunk of all of them names it
     */
    private record FileContent(
            FileTableBuilder rows,
            List<Integer> ordinals,
            long stored,
            long size,
            @Nullable Opener bytes,
            boolean isPlain) {
        void name(ChunkId sha256) {
            ordinals.forEach(ordinal -> rows.setContent(ordinal, sha256));
        }

        boolean isNamed() {
            return rows.content(ordinals.getFirst()) != null;
        }
    }

    @FunctionalInterface
    private interface Opener {
        ByteSource open() throws IOException;
    }

    /**
     * @param containerLength of the image as it was uploaded, which bounds the work
     * @param facts is offered every file; null when nobody asks what they say
     */
    FileTables(
            ByteSource disk,
            long containerLength,
            Warnings warnings,
            @Nullable FactCollection facts) {
        this.disk = disk;
        this.facts = facts;
        this.warnings = warnings;
        this.digestBudget = budget(containerLength);
    }

    /**
     * A hostile image of a few KiB can claim files of 16 TiB, by holes or by naming one block over and over. Honest
     * images stay below: compression and sparse files seldom save more than nine tenths.
     */
    private static long budget(long containerLength) {
        return LEAST_DIGEST_BUDGET_BYTES + 16 * Math.min(containerLength, Long.MAX_VALUE / 32);
    }

    /** Takes the contents that lie in blocks of the disk. */
    @FunctionalInterface
    interface ContentVisitor {
        /**
         * Takes the next content.
         *
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
        ByteSource volume = layout.volume().bytes(disk);
        ExtentMap onDisk = layout.volume().map();
        Map<Long, Integer> linked = new HashMap<>();
        VolumeFacts told =
                facts == null ? null : facts.volume(layout.volume().id(), fileSystem, volume, rows);
        try {
            fileSystem.walk(file -> {
                int ordinal = rows.add(file);
                if (told != null) {
                    told.offer(file);
                }
                if (file.type() == FileType.REGULAR && !file.flags().damaged()) {
                    addContent(rows, ordinal, file, fileSystem, volume, onDisk, linked, visitor);
                }
            });
        } catch (FormatException | EOFException e) {
            warnings.add("volume " + layout.volume().id() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            // A reader with a defect must not cost a tenant an upload.
            LOG.error("the file system reader failed on {}", layout.volume(), e);
            warnings.add("volume " + layout.volume().id() + ": its reader failed: " + e);
        }
        tables.add(new Table(layout, rows, rows.count()));
    }

    private void addContent(
            FileTableBuilder rows,
            int ordinal,
            FileRecord file,
            FileSystem fileSystem,
            ByteSource volume,
            ExtentMap onDisk,
            Map<Long, Integer> linked,
            ContentVisitor visitor) {
        boolean isReadable = !file.flags().encrypted();
        switch (file.content()) {
            case Content.Inline inline -> {
                if (isReadable) {
                    byte[] bytes = inline.bytes().toBytes();
                    int length = (int) Math.min(bytes.length, file.size());
                    rows.setContent(ordinal, ChunkId.of(bytes, 0, length));
                }
            }
            case Content.Mapped mapped -> {
                if (!isLinkOfEarlier(ordinal, file, linked)) {
                    Opener bytes = () -> new MappedSource(volume, mapped.map(), file.size());
                    visitor.visit(contents.size(), placed(mapped.map(), onDisk), file.size());
                    contents.add(
                            new FileContent(
                                    rows,
                                    ordinals(ordinal),
                                    file.size(),
                                    file.size(),
                                    isReadable ? bytes : null,
                                    isReadable));
                }
            }
            case Content.Encoded encoded -> {
                if (!isLinkOfEarlier(ordinal, file, linked)) {
                    ExtentMap stored = encoded.stored();
                    long length =
                            stored.runCount() == 0 ? 0 : stored.run(stored.runCount() - 1).end();
                    visitor.visit(contents.size(), placed(stored, onDisk), length);
                    contents.add(
                            new FileContent(
                                    rows,
                                    ordinals(ordinal),
                                    length,
                                    file.size(),
                                    isReadable ? () -> fileSystem.content(file) : null,
                                    false));
                }
            }
        }
    }

    /** Nowhere, when too many pieces were made of extents already: who owns them only matters for sharing. */
    private ExtentMap placed(ExtentMap inVolume, ExtentMap onDisk) {
        if (splitBudget < 0) {
            return ExtentMap.EMPTY;
        }
        ExtentMap placed = inVolume.through(onDisk);
        splitBudget -= Math.max(0, placed.runCount() - inVolume.runCount());
        if (splitBudget < 0) {
            warn("files in many pieces of a striped volume are stored without regard to files");
        }
        return placed;
    }

    private static List<Integer> ordinals(int first) {
        List<Integer> ordinals = new ArrayList<>(1);
        ordinals.add(first);
        return ordinals;
    }

    /** Whether the content is that of another name of the inode; this is the next of them otherwise. */
    private boolean isLinkOfEarlier(int ordinal, FileRecord file, Map<Long, Integer> linked) {
        if (file.links() <= 1) {
            return false;
        }
        Integer earlier = linked.putIfAbsent(file.inode(), contents.size());
        if (earlier == null) {
            return false;
        }
        contents.get(earlier).ordinals().add(ordinal);
        return true;
    }

    /** How many contents were visited. */
    int contentCount() {
        return contents.size();
    }

    /** Of the bytes that lie on the disk. */
    long contentSize(int owner) {
        return contents.get(owner).stored();
    }

    /** Says the digest of a content that was named by being one chunk. */
    void name(int owner, ChunkId sha256) {
        FileContent content = contents.get(owner);
        if (content.isPlain()) {
            content.name(sha256);
        }
    }

    /** Reads what the files say, and digests the contents that have no name yet. */
    void readTheRest(ExecutorService workers) throws IOException {
        List<Future<?>> work = new ArrayList<>();
        if (facts != null) {
            work.add(
                    workers.submit(() -> {
                        facts.collect();
                        return null;
                    }));
        }
        for (FileContent content : contents) {
            Opener bytes = content.bytes();
            if (bytes != null && !content.isNamed() && withinBudget(content)) {
                work.add(
                        workers.submit(() -> {
                            digest(content, bytes);
                            return null;
                        }));
            }
        }
        Workers.await(work);
        if (facts != null) {
            facts.warnings().forEach(warnings::add);
        }
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
                                            rows.finish(sink)),
                            table.layout().known()));
        }
        return records;
    }

    private boolean withinBudget(FileContent content) {
        if (content.size() > digestBudget) {
            warn(
                    "a file of "
                            + content.size()
                            + " bytes is out of proportion to the image: its content has no digest");
            return false;
        }
        digestBudget -= content.size();
        return true;
    }

    /** Workers warn too. */
    private void warn(String message) {
        synchronized (warnings) {
            warnings.add(message);
        }
    }

    /** A content that cannot be read in full, such as one in a cluster that was cut off, gets no digest. */
    private void digest(FileContent content, Opener opener) throws IOException {
        try (ByteSource bytes = opener.open()) {
            content.name(sha256(bytes, content.size()));
        } catch (FormatException | EOFException e) {
            warn("a file cannot be read in full: " + e.getMessage());
        }
    }

    private static ChunkId sha256(ByteSource bytes, long size) throws IOException {
        MessageDigest sha256 = newSha256();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(READ_BYTES, Math.max(1, size)));
        for (long at = 0; at < size; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
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
