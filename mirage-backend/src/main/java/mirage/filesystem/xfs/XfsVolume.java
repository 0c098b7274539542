package mirage.filesystem.xfs;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.filesystem.RecentlyUsed;
import mirage.filesystem.WorkBudget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * What all readers of one walk share: the bytes, their bounds, a cache, and where warnings go. Everything that a walk
 * reads is read here and charged to its budget. Buffers are big-endian and never written to. For one thread.
 *
 * <p>A <em>block</em> is a number as the file system stores it, the allocation group in its upper bits.
 */
final class XfsVolume {
    /** Inodes are read in pieces of this size and alignment: 32 inodes of 512 bytes, mostly of one directory. */
    private static final int PIECE_BYTES = 1 << 14;

    private static final int MAX_PIECES = 2048;

    private final ByteSource source;
    private final XfsSuperblock superblock;
    private final Warnings warnings;
    private final WorkBudget budget;
    private final long blockLimit;
    private final Map<Long, ByteBuffer> pieces = new RecentlyUsed<>(MAX_PIECES);

    XfsVolume(ByteSource source, XfsSuperblock superblock, Warnings warnings) {
        this.source = source;
        this.superblock = superblock;
        this.warnings = warnings;
        this.budget = new WorkBudget(source.length());
        this.blockLimit = superblock.blocksHeld(source);
    }

    XfsSuperblock superblock() {
        return superblock;
    }

    XfsFeatures features() {
        return superblock.features();
    }

    int blockSize() {
        return superblock.blockSize();
    }

    void warn(String message) {
        warnings.add("xfs " + message);
    }

    void warn(FormatException cause) {
        warn(String.valueOf(cause.getMessage()));
    }

    void charge(long bytes) throws IOException {
        budget.charge(bytes);
    }

    /** Whether blocks lie where files and their metadata may: in one group behind its headers, within the volume. */
    boolean holds(long block, long count) {
        long group = block >>> superblock.groupBlockBits();
        long inGroup = inGroup(block);
        return group < superblock.groupCount()
                && inGroup > 0
                && count <= superblock.groupBlocks() - inGroup
                && count <= blockLimit - (group * superblock.groupBlocks() + inGroup);
    }

    /** Where a block that the volume holds begins, in bytes. */
    long position(long block) {
        long group = block >>> superblock.groupBlockBits();
        return (group * superblock.groupBlocks() + inGroup(block)) * blockSize();
    }

    private long inGroup(long block) {
        return block & (1L << superblock.groupBlockBits()) - 1;
    }

    /** Reads without the cache; the range must lie within the volume. */
    ByteBuffer read(long position, int length) throws IOException {
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        source.readFully(position, bytes);
        return bytes.flip();
    }

    /**
     * A structure that lies beside others of its kind.
     *
     * @param position within the volume, aligned to {@code length}
     * @param length a power of two, less than a piece
     */
    ByteBuffer cached(long position, int length) throws IOException {
        int offset = (int) (position % PIECE_BYTES);
        return piece(position - offset).slice(offset, length);
    }

    private ByteBuffer piece(long position) throws IOException {
        ByteBuffer piece = pieces.get(position);
        if (piece == null) {
            piece = read(position, (int) Math.min(PIECE_BYTES, source.length() - position));
            pieces.put(position, piece);
        }
        return piece;
    }

    /**
     * Bytes of a fork.
     *
     * @throws FormatException when not all of them have a place
     */
    ByteBuffer content(ExtentMap map, long offset, int length) throws IOException {
        if (!isMapped(map, offset, length)) {
            throw new FormatException("a hole in " + length + " bytes at " + offset);
        }
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        new MappedSource(source, map, offset + length).readFully(offset, bytes);
        return bytes.flip();
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
