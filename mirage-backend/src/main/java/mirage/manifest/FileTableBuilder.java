package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects the files of a file system in the order of its walk, takes the digests of their contents when they are
 * known, and then writes the table in blocks.
 *
 * <p>A block ends before a directory whose path says so, so that a file which comes or goes changes one block and the
 * tables of two versions of a system share the others.
 */
public final class FileTableBuilder {
    private static final int MIN_ENTRIES = 64;
    private static final int MAX_ENTRIES = 2048;

    /** One directory of sixteen may end a block. */
    private static final int BOUNDARY_MASK = 15;

    private final List<Block> blocks = new ArrayList<>();
    private @Nullable ChunkId[] contents = new ChunkId[1024];
    private int count;
    private long sizeBytes;

    /** Files that are kept, and read, together. */
    public static final class Block {
        private final int first;
        private final FileTableFormat.BlockWriter rows = new FileTableFormat.BlockWriter();

        private Block(int first) {
            this.first = first;
        }

        /** Ordinal of its first file. */
        public int first() {
            return first;
        }

        /** Ordinal behind that of its last file. */
        public int end() {
            return first + rows.count();
        }

        /** Reads its files once more. May run beside the naming of contents, not beside {@link #add}. */
        public List<FileRecord> files() throws IOException {
            return rows.files();
        }
    }

    /** Adds the next file and gives its ordinal. */
    public int add(FileRecord file) {
        if (blocks.isEmpty() || endsBefore(file, blocks.getLast().rows.count())) {
            blocks.add(new Block(count));
        }
        Block block = blocks.getLast();
        int before = block.rows.sizeBytes();
        block.rows.add(file);
        sizeBytes += block.rows.sizeBytes() - before;
        if (count == contents.length) {
            contents = Arrays.copyOf(contents, count + (count >> 1));
        }
        return count++;
    }

    /** Files added so far. */
    public int count() {
        return count;
    }

    /** What the files added so far take in the table, without their digests. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** In the order of the files; the last may grow. */
    public List<Block> blocks() {
        return Collections.unmodifiableList(blocks);
    }

    /** Says what the file of an ordinal holds. */
    public void setContent(int ordinal, ChunkId sha256) {
        contents[ordinal] = sha256;
    }

    public @Nullable ChunkId content(int ordinal) {
        return contents[ordinal];
    }

    /** Takes files that were added. */
    @FunctionalInterface
    public interface FileVisitor {
        /** Returns false to end the search. */
        boolean visit(FileRecord file);
    }

    /**
     * Shows the file of a path and all that lie below it, in the order of the walk; nothing where there is none. Reads the
     * blocks that may have them once more, and may run beside the naming of contents, not beside {@link #add}.
     *
     * @param path empty for all files
     */
    public void forEachBelow(RawName path, FileVisitor visitor) throws IOException {
        for (int i = blockOf(path); i < blocks.size(); i++) {
            for (FileRecord file : blocks.get(i).files()) {
                if (TreeOrder.isAtOrBelow(path, file.path())) {
                    if (!visitor.visit(file)) {
                        return;
                    }
                } else if (TreeOrder.compare(path, file.path()) < 0) {
                    return;
                }
            }
        }
    }

    /** The files of some paths, by path; those that there are. As {@link #forEachBelow}, each block is read at most once. */
    public Map<RawName, FileRecord> find(Collection<RawName> paths) throws IOException {
        Map<Integer, Set<RawName>> wanted = new TreeMap<>();
        for (RawName path : paths) {
            wanted.computeIfAbsent(blockOf(path), _ -> new HashSet<>()).add(path);
        }
        Map<RawName, FileRecord> found = new HashMap<>();
        for (Map.Entry<Integer, Set<RawName>> block : wanted.entrySet()) {
            if (block.getKey() < blocks.size()) {
                for (FileRecord file : blocks.get(block.getKey()).files()) {
                    if (block.getValue().contains(file.path())) {
                        found.put(file.path(), file);
                    }
                }
            }
        }
        return found;
    }

    /** The last block that does not begin behind the path. */
    private int blockOf(RawName path) {
        int low = 0;
        int high = blocks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (TreeOrder.compare(blocks.get(middle).rows.firstPath(), path) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Writes the blocks, as chunks, and gives their ids in order. */
    public List<ChunkId> finish(RecipeBuilder.SegmentSink sink) throws IOException {
        List<ChunkId> ids = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            ByteBuffer bytes =
                    block.rows.close(Arrays.asList(contents).subList(block.first(), block.end()));
            ChunkId id = ChunkId.of(bytes);
            sink.put(id, bytes);
            ids.add(id);
        }
        return ids;
    }

    private static boolean endsBefore(FileRecord file, int entries) {
        return entries >= MAX_ENTRIES
                || (entries >= MIN_ENTRIES
                        && file.type() == FileType.DIRECTORY
                        && (mix(file.path().hashCode()) & BOUNDARY_MASK) == 0);
    }

    private static int mix(int hash) {
        int mixed = hash * 0x9e3779b9;
        return mixed ^ mixed >>> 16;
    }
}
