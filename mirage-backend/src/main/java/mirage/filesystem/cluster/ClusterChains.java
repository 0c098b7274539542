package mirage.filesystem.cluster;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;
import mirage.filesystem.walk.FileMapping;
import mirage.filesystem.walk.Placement;

import java.io.IOException;

/**
 * Where the clusters of a file lie: in a row, or along a chain of the table. A chain is followed as far as the file's
 * size asks for, and so never longer than the volume; a directory's to its end, or until it comes back to a cluster that
 * it had.
 */
public final class ClusterChains {
    /** The specification of exFAT's limit, "DirectoryEntry"; FAT's is 2 MiB, and not kept by all drivers. */
    private static final long MAX_DIRECTORY_BYTES = 256L << 20;

    private final ClusterVolume volume;
    private final ClusterTable table;

    public ClusterChains(ClusterVolume volume) {
        this.volume = volume;
        this.table = new ClusterTable(volume);
    }

    /**
     * @throws FormatException when the chain leads back into the file, or it is too scattered
     */
    public Placement place(ClusterFile file) throws IOException {
        long number = file.number(volume);
        long written = file.size() == ClusterFile.BY_CHAIN ? chainLimit() : file.written();
        FileMapping mapping = new FileMapping(volume, number, written, false);
        if (mapping.blocks() > volume.clusters()) {
            throw new FormatException(
                    "inode "
                            + number
                            + ": "
                            + mapping.blocks()
                            + " clusters expected, the volume has "
                            + volume.clusters());
        }
        if (mapping.blocks() > 0 && file.contiguous()) {
            mapping.add(0, mapping.blocks(), file.first(), true);
        } else if (mapping.blocks() > 0) {
            follow(file, mapping);
        }
        Placement placement = mapping.build();
        return written < file.size() ? cut(placement, written) : placement;
    }

    /**
     * The cluster behind another one in a directory.
     *
     * @throws FormatException when there is none
     */
    public long after(long cluster, boolean contiguous) throws IOException {
        long next = contiguous ? cluster + 1 : table.next(cluster);
        if (!volume.holds(next, 1)) {
            throw new FormatException("cluster " + cluster + " is the last one of its directory");
        }
        return next;
    }

    private long chainLimit() {
        return Math.min(MAX_DIRECTORY_BYTES, volume.clusters() * volume.blockSize());
    }

    private void follow(ClusterFile file, FileMapping mapping) throws IOException {
        boolean toItsEnd = file.size() == ClusterFile.BY_CHAIN;
        LongSet seen = new LongSet();
        Stretch stretch = new Stretch(mapping);
        long cluster = file.first();
        for (long done = 0; done < mapping.blocks(); done++) {
            cluster = done == 0 ? cluster : next(cluster);
            if (done > 0 && table.isEnd(cluster)) {
                if (!toItsEnd) {
                    mapping.damage(
                            "its chain has " + done + " of " + mapping.blocks() + " clusters");
                }
                break;
            }
            if (!volume.holds(cluster, 1)) {
                mapping.damage("its chain leads to cluster " + cluster + ", " + kind(cluster));
                break;
            }
            if (toItsEnd && !seen.add(cluster)) {
                mapping.damage("its chain leads back to cluster " + cluster + ": a cycle");
                break;
            }
            stretch.add(cluster);
        }
        stretch.end();
    }

    private String kind(long value) {
        if (value == 0) {
            return "which marks a free one";
        }
        return table.isBad(value) ? "which marks a bad one" : "which there is not";
    }

    private long next(long cluster) throws IOException {
        volume.charge(Integer.BYTES);
        return table.next(cluster);
    }

    /** A written part of a file, so that what is behind reads as zeros. */
    private static Placement cut(Placement placement, long length) {
        ExtentMap.Builder kept = new ExtentMap.Builder();
        for (ExtentMap.Run run : placement.map().runs()) {
            long left = Math.min(run.length(), length - run.offset());
            if (left > 0) {
                kept.add(run.offset(), left, run.target());
            }
        }
        return new Placement(kept.build(), placement.damaged());
    }

    /** Clusters that follow one another, to be mapped at once. */
    private static final class Stretch {
        private final FileMapping mapping;
        private long logical;
        private long first;
        private long count;

        Stretch(FileMapping mapping) {
            this.mapping = mapping;
        }

        void add(long cluster) throws IOException {
            if (cluster != first + count) {
                end();
                first = cluster;
            }
            count++;
        }

        void end() throws IOException {
            if (count > 0) {
                mapping.add(logical, count, first, true);
            }
            logical += count;
            count = 0;
        }
    }
}
