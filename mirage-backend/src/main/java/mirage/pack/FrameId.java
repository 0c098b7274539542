package mirage.pack;

/**
 * Names a frame.
 *
 * @param frame its number in the pack, from 0
 */
public record FrameId(PackId pack, int frame) {
    public FrameId {
        if (frame < 0) {
            throw new IllegalArgumentException("frame " + frame);
        }
    }

    @Override
    public String toString() {
        return "frame " + frame + " of pack " + pack;
    }
}
