package mirage.pack;

/**
 * Where a chunk lies.
 *
 * @param frame number of the frame in the pack, from 0
 * @param offset in the frame's content, in bytes
 * @param length in bytes, greater than 0
 */
public record ChunkPlace(PackId pack, int frame, int offset, int length) {
    public ChunkPlace {
        if (frame < 0 || offset < 0 || length <= 0 || offset > Integer.MAX_VALUE - length) {
            throw new IllegalArgumentException(
                    "chunk at " + offset + " of length " + length + " in frame " + frame);
        }
    }

    public FrameId frameId() {
        return new FrameId(pack, frame);
    }

    /** Offset of the first byte behind it in the frame's content. */
    public int end() {
        return offset + length;
    }
}
