package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    private final List<FileTableFormat.BlockWriter> blocks = new ArrayList<>();
    private @Nullable ChunkId[] contents = new ChunkId[1024];
    private int count;

    /** Adds the next file and gives its ordinal. */
    public int add(FileRecord file) {
        if (blocks.isEmpty() || endsBefore(file, blocks.getLast().count())) {
            blocks.add(new FileTableFormat.BlockWriter());
        }
        blocks.getLast().add(file);
        if (count == contents.length) {
            contents = Arrays.copyOf(contents, count * 2);
        }
        return count++;
    }

    /** Files added so far. */
    public int count() {
        return count;
    }

    /** Says what the file of an ordinal holds. */
    public void setContent(int ordinal, ChunkId sha256) {
        contents[ordinal] = sha256;
    }

    public @Nullable ChunkId content(int ordinal) {
        return contents[ordinal];
    }

    /** Writes the blocks, as chunks, and gives their ids in order. */
    public List<ChunkId> finish(RecipeBuilder.SegmentSink sink) throws IOException {
        List<ChunkId> ids = new ArrayList<>(blocks.size());
        int first = 0;
        for (FileTableFormat.BlockWriter block : blocks) {
            ByteBuffer bytes =
                    block.close(Arrays.asList(contents).subList(first, first + block.count()));
            first += block.count();
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
