package mirage.volume;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;

/**
 * Makes the map of a volume that is put together of pieces of others, in their order. Striped volumes have a run for each
 * stripe: what a few bytes claim is bounded by a budget that all volumes of a disk share.
 */
public final class PieceMap {
    private final RunBudget budget;
    private final ExtentMap.Builder runs = new ExtentMap.Builder();
    private long length;

    public PieceMap(RunBudget budget) {
        this.budget = budget;
    }

    /** How many runs the maps of a disk may still have. */
    public static final class RunBudget {
        private long left;

        public RunBudget(long runs) {
            this.left = runs;
        }

        /** Fails before the work is done. */
        public void require(long runs) throws FormatException {
            if (runs > left) {
                throw new FormatException(
                        "it has " + runs + " pieces, more than the " + left + " that are left");
            }
        }
    }

    /**
     * Adds a piece behind the others.
     *
     * @param member where it lies, a volume with a place
     * @param offset in the member
     * @param pieceLength greater than 0
     * @throws FormatException when the member is shorter
     */
    public void add(Volume member, long offset, long pieceLength) throws FormatException {
        if (offset < 0 || offset > member.length() - pieceLength) {
            throw new FormatException(
                    pieceLength
                            + " bytes at "
                            + offset
                            + " of volume "
                            + member.id()
                            + " are behind its end at "
                            + member.length());
        }
        if (length > Long.MAX_VALUE - pieceLength) {
            throw new FormatException("its pieces are longer than a disk can be");
        }
        ExtentMap map = member.map();
        long end = offset + pieceLength;
        for (int i = map.firstRunEndingAfter(offset); i < map.runCount(); i++) {
            ExtentMap.Run run = map.run(i);
            if (run.offset() >= end) {
                break;
            }
            long from = Math.max(offset, run.offset());
            long to = Math.min(end, run.end());
            runs.add(length + from - offset, to - from, run.target() + from - run.offset());
            budget.require(runs.runCount());
        }
        length += pieceLength;
    }

    /**
     * Adds a striped piece: stripe after stripe, each from the next member in turn.
     *
     * @param columns where each member's part begins
     * @param columnBytes how long it is, a multiple of the stripe
     * @param stripeBytes greater than 0
     */
    public void addStriped(Column[] columns, long columnBytes, long stripeBytes)
            throws FormatException {
        if (columns.length == 1) {
            add(columns[0].member, columns[0].offset, columnBytes);
            return;
        }
        long rows = columnBytes / stripeBytes;
        budget.require(rows > Integer.MAX_VALUE ? rows : rows * columns.length);
        for (long row = 0; row < rows; row++) {
            for (Column column : columns) {
                add(column.member, column.offset + row * stripeBytes, stripeBytes);
            }
        }
    }

    /**
     * Part of a member.
     *
     * @param offset in the member
     */
    public record Column(Volume member, long offset) {}

    /** Of all pieces together, in bytes. */
    public long length() {
        return length;
    }

    /** The map; its runs are used up of the budget. */
    public ExtentMap build() {
        budget.left -= runs.runCount();
        return runs.build();
    }
}
