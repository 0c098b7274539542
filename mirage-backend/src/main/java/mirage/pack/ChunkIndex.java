package mirage.pack;

import mirage.chunk.ChunkId;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Which pack holds a chunk, and where in it. Derived data: all of it can be made again from the packs' tables. Safe for
 * use by many threads.
 *
 * <p>A chunk is found from when {@link #addPack} returned for one of the packs that hold it until
 * {@link #removePacks} was called for the last of them. What a crash takes, it takes by whole packs: a pack is in
 * {@link #packs()} if and only if all its chunks are found. After {@link #close()}, which may be called again, every
 * other method throws {@link IllegalStateException}.
 */
public interface ChunkIndex extends Closeable {
    /** A place of a chunk, null when no pack that was added holds it. */
    @Nullable ChunkPlace find(ChunkId id) throws IOException;

    /**
     * Finds many chunks, quicker than one by one.
     *
     * @param places takes the place, or null, of each id at the id's position; as long as {@code ids} or longer
     */
    void findAll(List<ChunkId> ids, @Nullable ChunkPlace[] places) throws IOException;

    /** All places of a chunk, the one that {@link #find} gives first; empty when no pack that was added holds it. */
    List<ChunkPlace> findCopies(ChunkId id) throws IOException;

    /**
     * Makes {@link #find} give another place of a chunk, one of {@link #findCopies}. Changes nothing when it is none of
     * them any more.
     */
    void prefer(ChunkId id, ChunkPlace place) throws IOException;

    /** Adds all chunks of a pack, and the pack, or nothing. Adding a pack again changes nothing. */
    void addPack(PackId pack, PackTable table) throws IOException;

    /** The packs that were added and not removed. */
    Set<PackId> packs() throws IOException;

    /**
     * Removes packs; those that were not added are no error. A chunk that another pack holds is found there. Costs a
     * pass over the whole index, however many packs: remove many at once.
     */
    void removePacks(Set<PackId> packs) throws IOException;

    /** What the packs hold together. */
    StoreStatistics statistics() throws IOException;

    /** Chunks in all packs. */
    default long chunkCount() throws IOException {
        return statistics().chunks();
    }

    /** Bytes of all packs. */
    default long storedBytes() throws IOException {
        return statistics().packBytes();
    }
}
