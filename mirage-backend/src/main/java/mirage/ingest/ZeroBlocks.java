package mirage.ingest;

/** Which blocks of {@value UploadMap#BLOCK_BYTES} bytes of an upload, or of the disk in it, hold only zeros. */
interface ZeroBlocks {
    /** Whether the whole block around an offset holds only zeros. */
    boolean isZeroBlock(long offset);

    /**
     * Where the blocks stop to be alike.
     *
     * @return the end of the stretch of zero blocks, or of data blocks, that holds {@code offset}; at most the size
     */
    long endOfRun(long offset);

    /** Whether a range lies wholly in zero blocks. */
    default boolean isZero(long offset, long length) {
        return isZeroBlock(offset) && endOfRun(offset) >= offset + length;
    }
}
