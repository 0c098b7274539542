package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.LongList;
import mirage.bytes.MappedSource;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FileTableBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of the files of one volume that lie in its blocks, by number from 0 up; hard links share one. An image may have a
 * million: each is some numbers here, and what else is known of it stands in the rows of the table.
 */
final class VolumeContents {
    /** Large files of one block are for several threads. */
    private static final long BATCH_BYTES = 64 << 20;

    private final FileTableBuilder rows;
    private final FileSystem fileSystem;
    private final ByteSource volume;

    private final LongList ordinals = new LongList();
    private final LongList storedLengths = new LongList();
    private final LongList sizes = new LongList();

    /** Those that are stored as they are, so that a chunk of all of one names it. */
    private final BitSet plain = new BitSet();

    private final BitSet encrypted = new BitSet();

    /** Number of the content of each inode with several names. */
    private final Map<Long, Integer> linked = new HashMap<>();

    /** Rows of the other names: the content's number in the upper half, the ordinal in the lower. */
    private final LongList otherNames = new LongList();

    /**
     * @param rows takes each file before its content is added
     * @param volume its bytes
     */
    VolumeContents(FileTableBuilder rows, FileSystem fileSystem, ByteSource volume) {
        this.rows = rows;
        this.fileSystem = fileSystem;
        this.volume = volume;
    }

    int count() {
        return ordinals.size();
    }

    /**
     * Adds the content of the file of a row.
     *
     * @param stored how many bytes lie in the volume
     * @return false when an earlier name of the file has added it
     */
    boolean add(int ordinal, FileRecord file, long stored) {
        if (file.links() > 1) {
            Integer earlier = linked.putIfAbsent(file.inode(), count());
            if (earlier != null) {
                otherNames.add((long) earlier << 32 | ordinal);
                return false;
            }
        }
        plain.set(count(), file.content() instanceof Content.Mapped);
        encrypted.set(count(), file.flags().encrypted());
        ordinals.add(ordinal);
        storedLengths.add(stored);
        sizes.add(file.size());
        return true;
    }

    /** Of the bytes that lie in the volume. */
    long storedLength(int number) {
        return storedLengths.get(number);
    }

    /** Says the digest of the stored bytes of a content. */
    void nameStored(int number, ChunkId sha256) {
        if (plain.get(number) && !encrypted.get(number)) {
            rows.setContent(ordinal(number), sha256);
        }
    }

    /**
     * Files that are read from the table together, for their contents.
     *
     * @param rows of the block that are wanted, from 0 up
     */
    record Batch(FileTableBuilder.Block block, BitSet rows) {}

    /** Decides of what size a content may be. */
    @FunctionalInterface
    interface SizeLimit {
        boolean admits(long size);
    }

    /**
     * The files whose contents can be read and have no digest yet, in order.
     *
     * @param limit is asked once for each of them
     */
    List<Batch> unnamed(SizeLimit limit) {
        List<Batch> batches = new ArrayList<>();
        int number = 0;
        for (FileTableBuilder.Block block : rows.blocks()) {
            BitSet wanted = new BitSet();
            long bytes = 0;
            for (; number < count() && ordinal(number) < block.end(); number++) {
                if (!isUnnamed(number) || !limit.admits(sizes.get(number))) {
                    continue;
                }
                if (bytes >= BATCH_BYTES) {
                    batches.add(new Batch(block, wanted));
                    wanted = new BitSet();
                    bytes = 0;
                }
                wanted.set(ordinal(number) - block.first());
                bytes += sizes.get(number);
            }
            if (!wanted.isEmpty()) {
                batches.add(new Batch(block, wanted));
            }
        }
        return batches;
    }

    private boolean isUnnamed(int number) {
        return !encrypted.get(number) && rows.content(ordinal(number)) == null;
    }

    /** Says the digest of what the file of a row holds. Beside others: of rows that differ. */
    void name(int ordinal, ChunkId sha256) {
        rows.setContent(ordinal, sha256);
    }

    /** Gives all names of a file the digest of one. */
    void nameLinks() {
        for (int i = 0; i < otherNames.size(); i++) {
            long name = otherNames.get(i);
            ChunkId sha256 = rows.content(ordinal((int) (name >>> 32)));
            if (sha256 != null) {
                rows.setContent((int) name, sha256);
            }
        }
    }

    /**
     * Opens the content of a file, as it is read.
     *
     * @param decoding is charged for what has to be decoded
     */
    ByteSource open(FileRecord file, WorkBudget decoding) throws IOException {
        return file.content() instanceof Content.Mapped mapped
                ? new MappedSource(volume, mapped.map(), file.size())
                : fileSystem.content(file, decoding);
    }

    private int ordinal(int number) {
        return (int) ordinals.get(number);
    }
}
