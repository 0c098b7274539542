package mirage.image.block;

import java.io.IOException;

/** Where each range of a guest's disk lies in its container. Safe for use by many threads. */
public interface DiskMap {
    long diskBytes();

    /**
     * What begins at a position of the disk.
     *
     * @param position from 0 to less than {@link #diskBytes()}
     * @param enough the caller has no use for a longer piece; it may get one
     * @return a piece that ends within the disk; the next piece may be of the same kind
     */
    Piece pieceAt(long position, long enough) throws IOException;
}
