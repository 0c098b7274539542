package mirage.filesystem.walk;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MappedSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.filesystem.RecentlyUsed;
import mirage.filesystem.WorkBudget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * What all readers of one walk share: the bytes, their bounds, a cache, and where warnings go. Everything that a walk
 * reads is read here and charged to its budget. Buffers are of the format's byte order and never written to. For one
 * thread.
 *
 * <p>A format adds what a <em>block</em> is: the unit in which it says where files lie, and a number for each.
 */
public abstract class VolumeReader {
    /**
     * Records of files are read in pieces of this size and alignment: many of them, which mostly belong to one
     * directory, and not much to read in vain where names and records are in no common order.
     */
    private static final int PIECE_BYTES = 1 << 14;

    private static final int MAX_PIECES = 2048;

    private final String format;
    private final ByteSource source;
    private final ByteOrder order;
    private final Warnings warnings;
    private final WorkBudget budget;
    private long mapBytes;
    private final Map<Long, ByteBuffer> pieces = new RecentlyUsed<>(MAX_PIECES);

    /**
     * @param format begins all warnings
     * @param source the volume
     * @param budget for all that is read
     */
    protected VolumeReader(
            String format,
            ByteSource source,
            ByteOrder order,
            Warnings warnings,
            WorkBudget budget) {
        this.format = format;
        this.source = source;
        this.order = order;
        this.warnings = warnings;
        this.budget = budget;
    }

    /** In bytes; 1 where a format has no blocks. */
    public abstract int blockSize();

    /**
     * Whether blocks lie where files and their metadata may, within the volume.
     *
     * @param block any number
     * @param count greater than 0
     */
    public abstract boolean holds(long block, long count);

    /** Where a block that the volume holds begins, in bytes. */
    public abstract long position(long block);

    public final String format() {
        return format;
    }

    public final void warn(String message) {
        warnings.add(format + " " + message);
    }

    public final void warn(FormatException cause) {
        warn(String.valueOf(cause.getMessage()));
    }

    /**
     * @throws WorkBudget.ExhaustedException when there was too much work
     */
    public final void charge(long bytes) throws IOException {
        budget.charge(bytes);
    }

    /** For what is kept until it is shown. */
    public final MemoryPool.Share memory() {
        return budget.memory();
    }

    /** Begins with the map of a file; the memory of the one before is given back. */
    public final void beginMap() {
        budget.memory().giveBack(mapBytes);
        mapBytes = 0;
    }

    /**
     * Takes memory for the map of the file at hand.
     *
     * @throws FormatException when there is none
     */
    public final void growMap(long inode, long bytes) throws IOException {
        if (!budget.memory().take(bytes)) {
            throw new FormatException(
                    "inode " + inode + ": more runs of blocks than memory is given for");
        }
        mapBytes += bytes;
    }

    /** Reads without the cache; the range must lie within the volume. */
    public final ByteBuffer read(long position, int length) throws IOException {
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length).order(order);
        source.readFully(position, bytes);
        return bytes.flip();
    }

    /**
     * A structure that lies beside others of its kind, and is read many times, or they are.
     *
     * @param length a power of two to which {@code position} is aligned
     * @param what it is, for the message
     * @throws FormatException when it is outside the volume
     */
    public final ByteBuffer cached(long position, int length, String what) throws IOException {
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
        return piece(position - offset).slice(offset, length).order(order);
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
     * Bytes of a file; its holes are zeros.
     *
     * @param map of the file, within the volume
     */
    public ByteBuffer content(ExtentMap map, long offset, int length) throws IOException {
        budget.charge(length);
        ByteBuffer bytes = ByteBuffer.allocate(length).order(order);
        new MappedSource(source, map, offset + length).readFully(offset, bytes);
        return bytes.flip();
    }
}
