package mirage.volume;

import mirage.bytes.Warnings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes the entries of a table as they stand and keeps those that can be volumes: within the disk, and not over one
 * another. Of two that overlap the one that begins first stays whole and the other is left out, as half a volume is no
 * volume; its bytes then belong to nobody, which harms nothing.
 */
final class TableEntries {
    private final String table;
    private final long diskBytes;
    private final Warnings warnings;
    private final List<Partition> partitions = new ArrayList<>();

    TableEntries(String table, long diskBytes, Warnings warnings) {
        this.table = table;
        this.diskBytes = diskBytes;
        this.warnings = warnings;
    }

    /**
     * @param offset and
     * @param length in bytes, any values whose sum does not overflow
     */
    void add(int index, long offset, long length, String type, String name, String uuid) {
        if (offset < 0 || length <= 0 || offset >= diskBytes) {
            warnings.add(
                    describe(index, offset, length)
                            + " is outside the disk of "
                            + diskBytes
                            + " bytes and left out");
            return;
        }
        long within = Math.min(length, diskBytes - offset);
        if (within < length) {
            warnings.add(
                    describe(index, offset, length)
                            + " is cut to the disk of "
                            + diskBytes
                            + " bytes");
        }
        partitions.add(new Partition(index, offset, within, type, name, uuid));
    }

    List<Partition> ordered() {
        partitions.sort(
                Comparator.comparingLong(Partition::offset).thenComparingInt(Partition::index));
        List<Partition> kept = new ArrayList<>();
        long end = 0;
        for (Partition partition : partitions) {
            if (partition.offset() < end) {
                warnings.add(
                        describe(partition.index(), partition.offset(), partition.length())
                                + " begins before "
                                + end
                                + ", where partition "
                                + kept.getLast().index()
                                + " ends, and is left out");
                continue;
            }
            kept.add(partition);
            end = partition.offset() + partition.length();
        }
        return List.copyOf(kept);
    }

    private String describe(int index, long offset, long length) {
        return table + " partition " + index + " at " + offset + " of " + length + " bytes";
    }
}
