package mirage.filesystem.xfs;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What all readers of one walk share, with what they need to know of this file system. A <em>block</em> is a number as
 * the file system stores it, the allocation group in its upper bits.
 */
final class XfsVolume extends VolumeReader {
    private final XfsSuperblock superblock;
    private final long blockLimit;

    XfsVolume(ByteSource source, XfsSuperblock superblock, Warnings warnings, WorkBudget budget) {
        super("xfs", source, ByteOrder.BIG_ENDIAN, warnings, budget);
        this.superblock = superblock;
        this.blockLimit = superblock.blocksHeld(source);
    }

    XfsSuperblock superblock() {
        return superblock;
    }

    XfsFeatures features() {
        return superblock.features();
    }

    @Override
    public int blockSize() {
        return superblock.blockSize();
    }

    /** Of blocks in one group behind its headers, and within the volume. */
    @Override
    public boolean holds(long block, long count) {
        long group = block >>> superblock.groupBlockBits();
        long inGroup = inGroup(block);
        return group < superblock.groupCount()
                && inGroup > 0
                && count <= superblock.groupBlocks() - inGroup
                && count <= blockLimit - (group * superblock.groupBlocks() + inGroup);
    }

    @Override
    public long position(long block) {
        long group = block >>> superblock.groupBlockBits();
        return (group * superblock.groupBlocks() + inGroup(block)) * blockSize();
    }

    private long inGroup(long block) {
        return block & (1L << superblock.groupBlockBits()) - 1;
    }

    /**
     * Bytes of a fork.
     *
     * @throws FormatException when not all of them have a place
     */
    @Override
    public ByteBuffer content(ExtentMap map, long offset, int length) throws IOException {
        if (!isMapped(map, offset, length)) {
            throw new FormatException("a hole in " + length + " bytes at " + offset);
        }
        return super.content(map, offset, length);
    }

    static boolean isMapped(ExtentMap map, long offset, long length) {
        long at = offset;
        for (int i = map.firstRunEndingAfter(offset);
                at < offset + length && i < map.runCount() && map.run(i).offset() <= at;
                i++) {
            at = map.run(i).end();
        }
        return at >= offset + length;
    }

    /** Where in the volume a byte lies that the map places. */
    static long place(ExtentMap map, long offset) {
        ExtentMap.Run run = map.run(map.firstRunEndingAfter(offset));
        return run.target() + offset - run.offset();
    }

    /**
     * Warns when a structure of version 5 has a wrong checksum, or is that of another place, file or file system.
     *
     * @param position where in the volume it was read
     */
    void verify(
            String what, ByteBuffer structure, XfsSignature signature, long position, long inode) {
        String problem = signature.problem(structure, position, inode, superblock);
        if (problem != null) {
            warn(what + ": " + problem);
        }
    }
}
