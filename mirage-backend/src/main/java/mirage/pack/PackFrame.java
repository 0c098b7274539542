package mirage.pack;

/**
 * A frame as its pack's table tells it.
 *
 * @param offset of the stored bytes in the pack
 * @param stored how many bytes are stored; as many as the content has when it is stored as it is
 * @param length of the content, in bytes
 * @param storedCrc32c of the stored bytes
 * @param contentCrc32c of the content
 */
public record PackFrame(long offset, int stored, int length, int storedCrc32c, int contentCrc32c) {
    public PackFrame {
        if (offset < 0
                || stored <= 0
                || stored > length
                || length > PackFormat.MAX_FRAME_BYTES
                || offset > Long.MAX_VALUE - stored) {
            throw new IllegalArgumentException(
                    "frame at " + offset + " of length " + length + " stored in " + stored);
        }
    }

    /** Offset of the first byte behind it in the pack. */
    public long end() {
        return offset + stored;
    }
}
