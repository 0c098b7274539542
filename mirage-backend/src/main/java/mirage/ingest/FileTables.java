package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.facts.FactCollection;
import mirage.facts.VolumeFacts;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.WorkBudget;
import mirage.layout.VolumeLayout;
import mirage.manifest.FileTableBuilder;
import mirage.manifest.RecipeBuilder;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The files of an image: walked once for their tables and for who owns which bytes, digested when their content was
 * not named by being one chunk, and written at the end.
 */
final class FileTables {
    private static final Logger LOG = LoggerFactory.getLogger(FileTables.class);

    private final ByteSource disk;
    private final @Nullable FactCollection facts;
    private final Warnings warnings;
    private final List<Table> tables = new ArrayList<>();
    private final FileContents contents;
    private final Placements onDisk;
    private final TableSpace space;
    private final WorkBudget walking;

    private record Table(VolumeLayout layout, @Nullable FileTableBuilder rows, long entries) {}

    /**
     * @param containerLength of the image as it was uploaded, which bounds the work
     * @param facts is offered every file; null when nobody asks what they say
     * @param memory of the image
     */
    FileTables(
            ByteSource disk,
            long containerLength,
            Warnings warnings,
            @Nullable FactCollection facts,
            MemoryPool.Share memory) {
        this.disk = disk;
        this.facts = facts;
        this.warnings = warnings;
        this.contents = new FileContents(containerLength, warnings);
        this.onDisk = new Placements(warnings, memory);
        this.space = new TableSpace(memory);
        this.walking = WorkBudget.ofWalking(containerLength, memory);
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
        void visit(int owner, ExtentMap map, long size) throws IOException;
    }

    /** Walks the files of a volume. A file system that turns out unreadable on the way keeps the rows it gave. */
    void add(VolumeLayout layout, ContentVisitor visitor) throws IOException {
        FileSystem fileSystem = layout.fileSystem();
        if (fileSystem == null) {
            tables.add(new Table(layout, null, 0));
            return;
        }
        Walk walk = new Walk(layout, fileSystem, visitor);
        try {
            fileSystem.walk(walk::visit, walking);
        } catch (FormatException | EOFException e) {
            warnings.add("volume " + layout.volume().id() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            // A reader with a defect must not cost a tenant an upload.
            LOG.error("the file system reader failed on {}", layout.volume(), e);
            warnings.add("volume " + layout.volume().id() + ": its reader failed: " + e);
        }
        tables.add(new Table(layout, walk.rows, walk.rows.count()));
    }

    /** Takes the files of one volume. */
    private final class Walk {
        final FileTableBuilder rows = new FileTableBuilder();
        private final ContentVisitor visitor;
        private final ExtentMap places;
        private final VolumeContents ofVolume;
        private final @Nullable VolumeFacts told;

        Walk(VolumeLayout layout, FileSystem fileSystem, ContentVisitor visitor) {
            ByteSource volume = layout.volume().bytes(disk);
            this.visitor = visitor;
            this.places = layout.volume().map();
            this.ofVolume = new VolumeContents(rows, fileSystem, volume);
            contents.add(ofVolume);
            this.told =
                    facts == null
                            ? null
                            : facts.volume(layout.volume().id(), fileSystem, volume, rows);
        }

        void visit(FileRecord file) throws IOException {
            space.requireRoom();
            long before = rows.sizeBytes();
            int ordinal = rows.add(file);
            space.take(file, rows.sizeBytes() - before);
            if (told != null) {
                told.offer(file);
            }
            if (file.type() == FileType.REGULAR && !file.flags().damaged()) {
                addContent(ordinal, file);
            }
        }

        private void addContent(int ordinal, FileRecord file) throws IOException {
            switch (file.content()) {
                case Content.Inline inline -> {
                    if (!file.flags().encrypted()) {
                        byte[] bytes = inline.bytes().toBytes();
                        int length = (int) Math.min(bytes.length, file.size());
                        rows.setContent(ordinal, ChunkId.of(bytes, 0, length));
                    }
                }
                case Content.Mapped mapped -> add(ordinal, file, mapped.map(), file.size());
                case Content.Encoded encoded -> {
                    ExtentMap stored = encoded.stored();
                    int last = stored.runCount() - 1;
                    add(ordinal, file, stored, last < 0 ? 0 : stored.run(last).end());
                }
            }
        }

        private void add(int ordinal, FileRecord file, ExtentMap map, long length)
                throws IOException {
            int owner = contents.count();
            if (ofVolume.add(ordinal, file, length)) {
                visitor.visit(owner, onDisk.place(map, places), length);
            }
        }
    }

    /** How many contents were visited. */
    int contentCount() {
        return contents.count();
    }

    /** Of the bytes that lie on the disk. */
    long contentSize(int owner) {
        return contents.storedLength(owner);
    }

    /** Says the digest of a content that was named by being one chunk. */
    void name(int owner, ChunkId sha256) {
        contents.name(owner, sha256);
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
        work.addAll(contents.digestTheRest(workers));
        Workers.await(work);
        contents.nameLinks();
        contents.warnOfWhatIsLeftOut();
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
}
