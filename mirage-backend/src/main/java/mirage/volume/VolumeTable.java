package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** One way to divide a disk, or a volume, into volumes. Implementations are listed in {@link VolumeSearch} and hold no state. */
public interface VolumeTable {
    /** As {@link Volume#table()} writes it. */
    String name();

    /**
     * Finds the partitions of a disk.
     *
     * @param disk hostile bytes
     * @param warnings takes what is odd: entries left out, a damaged copy of the table
     * @return ordered by offset, none reaching into the next or past the end of the disk; null when the disk does not
     *     hold this table, or holds it so damaged that nothing of it can be trusted
     * @throws IOException when the disk cannot be read
     */
    @Nullable List<Partition> find(ByteSource disk, Warnings warnings) throws IOException;
}
