package mirage.filesystem.xfs;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects where the blocks of one fork lie, in its order. "Data Extents". Blocks behind its end, allocated ahead of
 * need, are cut off. What makes no sense is left out with a warning.
 */
final class XfsMapping {
    /** 48 MiB of map: fragments of 64 KiB make a file of 128 GiB. */
    private static final int MAX_RUNS = 2 << 20;

    private static final int RECORD_BYTES = 16;

    private final XfsVolume volume;
    private final XfsInode inode;
    private final long blocks;
    private final boolean mayShare;
    private final LongSet nodes = new LongSet();
    private final ExtentMap.Builder runs = new ExtentMap.Builder();
    private long next;
    private boolean damaged;

    private XfsMapping(XfsVolume volume, XfsInode inode, long limit, boolean mayShare) {
        this.volume = volume;
        this.inode = inode;
        this.blocks = limit / volume.blockSize() + (limit % volume.blockSize() == 0 ? 0 : 1);
        this.mayShare = mayShare;
    }

    /**
     * @param map place in the fork to volume offset
     * @param damaged whether parts had to be left out
     */
    record Placement(ExtentMap map, boolean damaged) {}

    /**
     * The blocks of an inode's content.
     *
     * @param limit where it ends, in bytes
     */
    static Placement ofContent(XfsVolume volume, XfsInode inode, long limit) throws IOException {
        boolean mayShare = inode.isShared() && volume.features().hasSharedExtents();
        return read(new XfsMapping(volume, inode, limit, mayShare), inode.data());
    }

    /**
     * The blocks of an inode's attributes.
     *
     * @param limit where they must end, in bytes
     */
    static Placement ofAttributes(XfsVolume volume, XfsInode inode, XfsInode.Fork fork, long limit)
            throws IOException {
        return read(new XfsMapping(volume, inode, limit, false), fork);
    }

    private static Placement read(XfsMapping mapping, XfsInode.Fork fork) throws IOException {
        switch (fork.format()) {
            case XfsInode.FORMAT_EXTENTS -> {
                ByteBuffer bytes = fork.bytes();
                if (fork.extents() < 0 || fork.extents() > bytes.limit() / RECORD_BYTES) {
                    throw new FormatException(
                            "inode "
                                    + mapping.inode.number()
                                    + ": extents expected within "
                                    + bytes.limit()
                                    + " bytes, found "
                                    + Long.toUnsignedString(fork.extents()));
                }
                mapping.addRecords(bytes, 0, (int) fork.extents());
            }
            case XfsInode.FORMAT_TREE ->
                    XfsExtentTree.read(mapping.volume, mapping.inode, fork.bytes(), mapping);
            default ->
                    throw new FormatException(
                            "inode "
                                    + mapping.inode.number()
                                    + ": blocks expected as extents or their tree, found format "
                                    + fork.format());
        }
        return new Placement(mapping.build(), mapping.damaged);
    }

    /**
     * Adds extents. "Packed Extent Record": a flag, 54 bits of the place in the fork, 52 bits of the place in the
     * volume, 21 bits of their number; all in blocks.
     */
    void addRecords(ByteBuffer bytes, int at, int count) throws FormatException {
        for (int i = 0; i < count; i++) {
            long high = bytes.getLong(at + i * RECORD_BYTES);
            long low = bytes.getLong(at + i * RECORD_BYTES + 8);
            add(
                    high >>> 9 & (1L << 54) - 1,
                    low & (1L << 21) - 1,
                    (high & 0x1ff) << 43 | low >>> 21,
                    high >= 0);
        }
    }

    private void add(long logical, long count, long physical, boolean written)
            throws FormatException {
        if (count == 0) {
            damage("an extent is empty");
            return;
        }
        if (logical < next) {
            damage("blocks from " + logical + " overlap those before " + next);
            return;
        }
        if (!volume.holds(physical, count)) {
            damage(count + " blocks from " + physical + " are outside the volume");
            return;
        }
        next = logical + count;
        long kept = Math.min(count, blocks - logical);
        if (!written || kept <= 0) {
            return;
        }
        if (runs.runCount() >= MAX_RUNS) {
            throw new FormatException(
                    "inode " + inode.number() + ": expected up to " + MAX_RUNS + " runs of blocks");
        }
        long size = volume.blockSize();
        if (logical > Long.MAX_VALUE / size - kept) {
            throw new FormatException(
                    "inode " + inode.number() + ": block " + logical + " is beyond any file's end");
        }
        runs.add(logical * size, kept * size, volume.position(physical));
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

    private void damage(String what) {
        damaged = true;
        volume.warn("inode " + inode.number() + ": " + what);
    }

    /**
     * @throws FormatException when a fork that shares nothing claims one block for two of its places
     */
    private ExtentMap build() throws FormatException {
        ExtentMap map = runs.build();
        int count = mayShare ? 0 : map.runCount();
        // Runs are disjoint exactly if, sorted apart, each start is at or behind the end before it.
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
                                + inode.number()
                                + ": position "
                                + starts[i]
                                + " is used at two places of the file: extents overlap");
            }
        }
        return map;
    }
}
