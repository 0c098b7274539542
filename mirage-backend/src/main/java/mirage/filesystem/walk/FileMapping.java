package mirage.filesystem.walk;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;

import java.io.IOException;
import java.util.Arrays;

/**
 * Collects where the blocks of one file lie, in the order of the file; of blocks that a {@link VolumeReader} counts.
 * Blocks behind the file's end, allocated ahead of need, are cut off. What makes no sense is left out with a warning.
 */
public final class FileMapping {
    /** Maps of fewer runs, as nearly all have, are not counted; the others in such steps. */
    private static final int COUNTED_RUNS = 1024;

    /** With two longs to sort. */
    private static final int RUN_BYTES = ExtentMap.Builder.BYTES_WHILE_BUILT + 16;

    /** 48 MiB of map: fragments of 64 KiB make a file of 128 GiB. */
    private static final int MAX_RUNS = 2 << 20;

    private final VolumeReader volume;
    private final long inode;
    private final long blocks;
    private final boolean mayShare;
    private final LongSet nodes = new LongSet();
    private final ExtentMap.Builder runs = new ExtentMap.Builder();
    private int counted;
    private long next;
    private boolean damaged;

    /**
     * @param inode the file's number, for warnings
     * @param size where the file ends, in bytes
     * @param mayShare whether two places of the file may lie in one of the volume
     */
    public FileMapping(VolumeReader volume, long inode, long size, boolean mayShare) {
        this.volume = volume;
        this.inode = inode;
        this.blocks = size / volume.blockSize() + (size % volume.blockSize() == 0 ? 0 : 1);
        this.mayShare = mayShare;
        volume.beginMap();
    }

    /** Blocks from the file's begin to its end. */
    public long blocks() {
        return blocks;
    }

    /**
     * Adds a run of blocks behind all earlier ones.
     *
     * @param logical in the file
     * @param count of blocks
     * @param physical in the volume
     * @param written whether the blocks hold content; if not, they read as zeros
     * @throws FormatException when no file can be so large, or so scattered
     */
    public void add(long logical, long count, long physical, boolean written) throws IOException {
        if (count <= 0) {
            damage("an extent is empty");
            return;
        }
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
        next = count > Long.MAX_VALUE - logical ? Long.MAX_VALUE : logical + count;
        long kept = Math.min(count, blocks - logical);
        if (!written || kept <= 0) {
            return;
        }
        if (runs.runCount() >= MAX_RUNS) {
            throw new FormatException(
                    "inode " + inode + ": expected up to " + MAX_RUNS + " runs of blocks");
        }
        long size = volume.blockSize();
        if (logical > Long.MAX_VALUE / size - kept) {
            throw new FormatException(
                    "inode " + inode + ": block " + logical + " is beyond any file's end");
        }
        runs.add(logical * size, kept * size, volume.position(physical));
        if (runs.runCount() >= counted + COUNTED_RUNS) {
            volume.growMap(inode, (long) COUNTED_RUNS * RUN_BYTES);
            counted += COUNTED_RUNS;
        }
    }

    /**
     * Notes a block of the tree that the extents are read from.
     *
     * @return false, after a warning, when the tree cannot be entered there: the block leads back into the tree or is
     *     outside the volume
     */
    public boolean enter(long block) {
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

    /** Notes, with a warning, that parts are left out. */
    public void damage(FormatException cause) {
        damage(String.valueOf(cause.getMessage()));
    }

    /** Notes, with a warning, that parts are left out. */
    public void damage(String what) {
        damaged = true;
        volume.warn("inode " + inode + ": " + what);
    }

    /**
     * @throws FormatException when a file that shares nothing claims one block for two of its places
     */
    public Placement build() throws FormatException {
        ExtentMap map = runs.build();
        if (!mayShare && map.runCount() > 1) {
            requireDisjoint(map);
        }
        return new Placement(map, damaged);
    }

    /** Runs are disjoint exactly if, sorted apart, each start is at or behind the end before it. */
    private void requireDisjoint(ExtentMap map) throws FormatException {
        int count = map.runCount();
        long[] starts = new long[count];
        long[] ends = new long[count];
        for (int i = 0; i < count; i++) {
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
                                + ": position "
                                + starts[i]
                                + " is used at two places of the file: extents overlap");
            }
        }
    }
}
