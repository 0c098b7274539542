package mirage.image.block;

import java.io.IOException;

/**
 * The map of a disk that is cut into blocks of one size, each with a place of its own in the container or none. Places
 * may lie over each other or over tables: they are only ever read.
 */
public final class BlockMap implements DiskMap {
    /** What a table says of a block that reads as zeros. */
    public static final long HOLE = -1;

    /** What a table says of a block whose entry contradicts the format. */
    public static final long BROKEN = -2;

    /** How many blocks are joined to one piece; a walk over a table costs no more for being told in several. */
    private static final int MAX_JOINED = 1 << 16;

    private final Shape shape;
    private final PastEnd pastEnd;
    private final Table table;

    public BlockMap(Shape shape, PastEnd pastEnd, Table table) {
        this.shape = shape;
        this.pastEnd = pastEnd;
        this.table = table;
    }

    /**
     * The frame of a map.
     *
     * @param diskBytes of the guest's disk
     * @param blockBytes of a block, greater than 0
     * @param blocks how many the table tells of; a disk that goes on behind them reads as zeros there, and is not asked
     *     for block by block
     * @param containerBytes where the container ends
     * @param table name of the table, with its format, for messages
     * @param tableOffset where it lies, for messages
     */
    public record Shape(
            long diskBytes,
            long blockBytes,
            long blocks,
            long containerBytes,
            String table,
            long tableOffset) {

        /** Of a table that tells of all blocks of the disk. */
        public Shape(
                long diskBytes,
                long blockBytes,
                long containerBytes,
                String table,
                long tableOffset) {
            this(
                    diskBytes,
                    blockBytes,
                    Math.ceilDiv(diskBytes, blockBytes),
                    containerBytes,
                    table,
                    tableOffset);
        }
    }

    /** What becomes of a place past the end of the container. */
    public enum PastEnd {
        READS_AS_ZEROS,
        CANNOT_BE_READ
    }

    /** Where blocks lie. */
    @FunctionalInterface
    public interface Table {
        /**
         * @param block number of a block of the disk
         * @return offset in the container, past its end at will, or {@link #HOLE} or {@link #BROKEN}
         */
        long placeOf(long block) throws IOException;
    }

    @Override
    public long diskBytes() {
        return shape.diskBytes();
    }

    @Override
    public Piece pieceAt(long position, long enough) throws IOException {
        long blockBytes = shape.blockBytes();
        long block = position / blockBytes;
        long inBlock = position % blockBytes;
        if (block >= shape.blocks()) {
            return new Piece.Hole(diskBytes() - position, false);
        }
        long place = table.placeOf(block);
        long length = blockBytes - inBlock;
        long lastBlock = Math.min(shape.blocks() - 1, block + MAX_JOINED);
        for (long next = block + 1; next <= lastBlock && length < enough; next++) {
            long goesOn = place < 0 ? place : place + (next - block) * blockBytes;
            if (table.placeOf(next) != goesOn) {
                break;
            }
            length += blockBytes;
        }
        length = Math.min(length, diskBytes() - position);
        if (place == HOLE) {
            return new Piece.Hole(length, false);
        }
        return place == BROKEN ? broken(length, block) : placed(place, inBlock, length, block);
    }

    /** A run that the container's end cuts: what is left of it, or nothing when it begins behind. */
    private Piece placed(long place, long inBlock, long length, long block) {
        long left = shape.containerBytes() - inBlock - place;
        if (left > 0) {
            return new Piece.Plain(Math.min(length, left), place + inBlock);
        }
        return pastEnd == PastEnd.READS_AS_ZEROS
                ? new Piece.Hole(length, true)
                : broken(length, block);
    }

    private Piece broken(long length, long block) {
        return new Piece.Broken(length, shape.table(), shape.tableOffset(), block);
    }
}
