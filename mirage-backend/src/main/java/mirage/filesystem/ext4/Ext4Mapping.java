package mirage.filesystem.ext4;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;

import java.io.IOException;
import java.util.Arrays;

/**
 * Collects where the blocks of one file lie, in the order of the file. Blocks behind its end are cut off: there are
 * those allocated ahead of need, and the hash tree of a file with {@code verity}. What makes no sense is left out with
 * a warning.
 */
final class Ext4Mapping {
    /** 48 MiB of map: fragments of 64 KiB make a file of 128 GiB. */
    private static final int MAX_RUNS = 2 << 20;

    /** A logical block number has 32 bits. */
    private static final long MAX_BLOCKS = 1L << 32;

    private final Ext4Volume volume;
    private final long inode;
    private final long blocks;
    private final LongSet nodes = new LongSet();
    private final ExtentMap.Builder runs = new ExtentMap.Builder();
    private long next;
    private boolean damaged;

    /**
     * @throws FormatException when no file can have the size of this one
     */
    private Ext4Mapping(Ext4Volume volume, Ext4Inode inode) throws FormatException {
        this.volume = volume;
        this.inode = inode.number();
        long size = inode.size();
        if (size < 0 || (size - 1) / volume.blockSize() >= MAX_BLOCKS) {
            throw new FormatException(
                    "inode "
                            + inode.number()
                            + ": i_size expected up to 2^32 blocks, found "
                            + Long.toUnsignedString(size));
        }
        this.blocks = size == 0 ? 0 : (size - 1) / volume.blockSize() + 1;
    }

    /** The blocks of an inode, by whichever of the two trees it has. */
    static Placement read(Ext4Volume volume, Ext4Inode inode) throws IOException {
        Ext4Mapping mapping = new Ext4Mapping(volume, inode);
        if (inode.usesExtents()) {
            Ext4Extents.read(volume, inode, mapping);
        } else {
            Ext4BlockMap.read(volume, inode, mapping);
        }
        return new Placement(mapping.build(), mapping.damaged);
    }

    /**
     * @param damaged whether parts had to be left out
     */
    record Placement(ExtentMap map, boolean damaged) {}

    /** Blocks from the file's begin to its end. */
    long blocks() {
        return blocks;
    }

    /**
     * Adds a run of blocks behind all earlier ones.
     *
     * @param logical in the file
     * @param count more than 0
     * @param physical in the volume
     * @param written whether the blocks hold content; if not, they read as zeros
     */
    void add(long logical, long count, long physical, boolean written) throws FormatException {
        if (logical < next) {
            damage("blocks from " + logical + " overlap those before " + next);
            return;
        }
        if (!volume.holds(physical, count)) {
            damage(
                    count
                            + " blocks from "
                            + Long.toUnsignedString(physical)
                            + " are outside the volume");
            return;
        }
        next = logical + count;
        long kept = Math.min(count, blocks - logical);
        if (!written || kept <= 0) {
            return;
        }
        if (runs.runCount() >= MAX_RUNS) {
            throw new FormatException(
                    "inode " + inode + ": expected up to " + MAX_RUNS + " runs of blocks");
        }
        long size = volume.blockSize();
        runs.add(logical * size, kept * size, physical * size);
    }

    /**
     * Notes a block of the tree itself.
     *
     * @return false, after a warning, when the tree cannot be entered there: the block leads back into the tree or is
     *     outside the volume
     */
    boolean enter(long block) {
        if (!volume.holds(block, 1)) {
            damage("tree block " + Long.toUnsignedString(block) + " is outside the volume");
            return false;
        }
        if (!nodes.add(block)) {
            damage("tree block " + block + " is used twice: a cycle");
            return false;
        }
        return true;
    }

    void damage(FormatException cause) {
        damage(String.valueOf(cause.getMessage()));
    }

    void damage(String what) {
        damaged = true;
        volume.warn("inode " + inode + ": " + what);
    }

    /**
     * @throws FormatException when the file claims one block for two of its places
     */
    private ExtentMap build() throws FormatException {
        ExtentMap map = runs.build();
        int count = map.runCount();
        // Runs are disjoint exactly if, sorted apart, each start is at or behind the end before it.
        long[] starts = new long[count];
        long[] ends = new long[count];
        for (int i = 0; count > 1 && i < count; i++) {
            ExtentMap.Run run = map.run(i);
            starts[i] = run.target();
            ends[i] = run.target() + run.length();
        }
        Arrays.sort(starts);
        Arrays.sort(ends);
        for (int i = 1; i < count; i++) {
            if (starts[i] < ends[i - 1]) {
                throw new FormatException(
                        "inode "
                                + inode
                                + ": block "
                                + starts[i] / volume.blockSize()
                                + " is used at two places of the file: extents overlap");
            }
        }
        return map;
    }
}
