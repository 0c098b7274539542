package mirage.ingest;

/**
 * A range of the container that holds part of a content which is cut by itself: a file, or an encoded cluster.
 *
 * @param offset in the container
 * @param length in bytes
 * @param owner which content
 * @param ownerOffset where the range lies within it
 * @param stretchStart where the stretch of the content that is without holes begins, at most {@code ownerOffset}
 * @param stretchEnd where that stretch ends
 */
record OwnedExtent(
        long offset, long length, int owner, long ownerOffset, long stretchStart, long stretchEnd) {
    /** What one takes in memory. */
    static final int BYTES = 64;

    /** Contents are cut here, from their start on: inside files a rolling hash gains nothing. */
    static final int PIECE_BYTES = 64 << 10;

    long end() {
        return offset + length;
    }

    long ownerEnd() {
        return ownerOffset + length;
    }

    /** Where, in the content, the piece around a place of it begins. */
    long pieceStart(long place) {
        return Math.max(stretchStart, place - place % PIECE_BYTES);
    }

    /** Where, in the content, the piece around a place of it ends. */
    long pieceEnd(long place) {
        return Math.min(stretchEnd, place - place % PIECE_BYTES + PIECE_BYTES);
    }
}
