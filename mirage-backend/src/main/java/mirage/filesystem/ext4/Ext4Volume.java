package mirage.filesystem.ext4;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.filesystem.RecentlyUsed;
import mirage.filesystem.WorkBudget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * What all readers of one walk share: the bytes, their bounds, a cache, and where warnings go. Everything that a walk
 * reads is read here and charged to its budget. Buffers are little-endian and never written to. For one thread.
 */
final class Ext4Volume {
    /**
     * Inode tables and group descriptors are read in pieces of this size and alignment: 64 inodes, which mostly belong
     * to one directory, and not much to read in vain where names and inodes are in no common order.
     */
    private static final int PIECE_BYTES = 1 << 14;

    private static final int MAX_PIECES = 2048;

    private final ByteSource source;
    private final Ext4Superblock superblock;
    private final Warnings warnings;
    private final Ext4Checksums checksums;
    private final WorkBudget budget;
    private final long blockLimit;
    private final Map<Long, ByteBuffer> pieces = new RecentlyUsed<>(MAX_PIECES);

    Ext4Volume(ByteSource source, Ext4Superblock superblock, Warnings warnings) {
        this.source = source;
        this.superblock = superblock;
        this.warnings = warnings;
        this.checksums = new Ext4Checksums(superblock.checksumSeed());
        this.budget = new WorkBudget(source.length());
        this.blockLimit = blocksHeld(source, superblock);
    }

    /** Blocks that the file system claims and the volume holds. */
    static long blocksHeld(ByteSource source, Ext4Superblock superblock) {
        return Math.min(superblock.blockCount(), source.length() / superblock.blockSize());
    }

    Ext4Superblock superblock() {
        return superblock;
    }

    Ext4Features features() {
        return superblock.features();
    }

    int blockSize() {
        return superblock.blockSize();
    }

    Ext4Checksums checksums() {
        return checksums;
    }

    void warn(String message) {
        warnings.add("ext4 " + message);
    }

    void warn(FormatException cause) {
        warn(String.valueOf(cause.getMessage()));
    }

    void charge(long bytes) throws IOException {
        budget.charge(bytes);
    }

    /** Whether blocks lie where files and their metadata may: behind the superblock, within the volume. */
    boolean holds(long block, long count) {
        return block > superblock.firstDataBlock()
                && count <= blockLimit
                && block <= blockLimit - count;
    }

    /** One block of a file's metadata. */
    ByteBuffer block(long block, String what) throws IOException {
        if (!holds(block, 1)) {
            throw new FormatException(
                    what
                            + " in block "
                            + block
                            + ": expected behind "
                            + superblock.firstDataBlock()
                            + " and before "
                            + blockLimit);
        }
        return read(block * blockSize(), blockSize());
    }

    /** Reads without the cache; the range must lie within the volume. */
    ByteBuffer read(long position, int length) throws IOException {
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        source.readFully(position, bytes);
        return bytes.flip();
    }

    /**
     * A structure of a table that is read many times.
     *
     * @param length a power of two to which {@code position} is aligned, at most the size of a block
     */
    ByteBuffer cached(long position, int length, String what) throws IOException {
        if (position < 0 || position > source.length() - length) {
            throw new FormatException(
                    what
                            + " at "
                            + position
                            + ": "
                            + length
                            + " bytes expected, volume ends at "
                            + source.length());
        }
        if (length > PIECE_BYTES) {
            return read(position, length);
        }
        int offset = (int) (position % PIECE_BYTES);
        return piece(position - offset).slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The first bytes of a file. */
    byte[] content(ExtentMap map, int length) throws IOException {
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        new MappedSource(source, map, length).readFully(0, bytes);
        return bytes.array();
    }

    private ByteBuffer piece(long position) throws IOException {
        ByteBuffer piece = pieces.get(position);
        if (piece == null) {
            piece = read(position, (int) Math.min(PIECE_BYTES, source.length() - position));
            pieces.put(position, piece);
        }
        return piece;
    }
}
