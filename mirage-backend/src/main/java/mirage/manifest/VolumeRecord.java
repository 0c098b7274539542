package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.filesystem.known.KnownContent;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A volume of an image's disk and the files in it.
 *
 * @param volume where it lies
 * @param files null when no file system was recognised
 * @param known what it holds when that was recognised and not read as files, or when other volumes are made of it; null
 *     otherwise
 */
public record VolumeRecord(Volume volume, @Nullable FileTable files, @Nullable KnownContent known) {
    /**
     * A file system and where its table is.
     *
     * @param type as for a mount
     * @param label may be empty
     * @param uuid may be empty
     * @param sizeBytes of the file system
     * @param blockSizeBytes of the file system
     * @param entryCount paths in the table
     * @param blocks the table, in pieces that are chunks of their own; paths in the order of the walk
     */
    public record FileTable(
            String type,
            String label,
            String uuid,
            long sizeBytes,
            int blockSizeBytes,
            long entryCount,
            List<ChunkId> blocks) {}
}
