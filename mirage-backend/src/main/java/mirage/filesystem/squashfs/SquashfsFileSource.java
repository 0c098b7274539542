package mirage.filesystem.squashfs;

import mirage.bytes.FormatException;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.decode.PieceSource;

import java.io.IOException;

/** The content of a regular file, decoded block by block where it is read. Safe for use by many threads. */
final class SquashfsFileSource extends PieceSource {
    /** As far as one look for the end of a run goes. */
    private static final int MAX_RUN_BLOCKS = 1024;

    private static final byte[] ZEROS = {};

    private final DataBlocks data;
    private final SquashfsBlocks blocks;
    private final SquashfsFiles.Fragment fragment;
    private final WorkBudget work;

    /**
     * @param fragment with the end of the file; any if it has none
     */
    SquashfsFileSource(
            DataBlocks data,
            SquashfsBlocks blocks,
            SquashfsFiles.Fragment fragment,
            WorkBudget work) {
        super(blocks.fileSize());
        this.data = data;
        this.blocks = blocks;
        this.fragment = fragment;
        this.work = work;
    }

    @Override
    protected Piece piece(long position) throws IOException {
        int index = (int) (position / blocks.blockSize());
        return index < blocks.count() ? block(index) : tail();
    }

    /** "If a data block other than the last one unpacks to less than block size", zeros follow. */
    private Piece block(int index) throws IOException {
        int word = blocks.word(index);
        byte[] bytes = word == 0 ? ZEROS : data.read(blocks.place(index), word, work);
        if (bytes.length > blocks.length(index)) {
            throw new FormatException(
                    "squashfs block at "
                            + blocks.place(index)
                            + ": "
                            + blocks.length(index)
                            + " bytes expected, found "
                            + bytes.length);
        }
        return new Piece((long) index * blocks.blockSize(), blocks.length(index), bytes, 0);
    }

    private Piece tail() throws IOException {
        byte[] bytes = data.read(fragment.start(), fragment.word(), work);
        int length = blocks.tailLength();
        if (blocks.tail().offset() > bytes.length - length) {
            throw new FormatException(
                    "squashfs fragment at "
                            + fragment.start()
                            + ": "
                            + length
                            + " bytes expected at "
                            + blocks.tail().offset()
                            + ", found "
                            + bytes.length
                            + " in all");
        }
        return new Piece(length() - length, length, bytes, (int) blocks.tail().offset());
    }

    @Override
    public Run runAt(long position) {
        int index = (int) (position / blocks.blockSize());
        boolean hole = index < blocks.count() && blocks.word(index) == 0;
        int next = index;
        int limit = Math.min(blocks.count(), index + MAX_RUN_BLOCKS);
        while (next < limit && (blocks.word(next) == 0) == hole) {
            next++;
        }
        long end = next == blocks.count() && !hole ? length() : (long) next * blocks.blockSize();
        return new Run(Math.min(end, length()) - position, hole);
    }
}
