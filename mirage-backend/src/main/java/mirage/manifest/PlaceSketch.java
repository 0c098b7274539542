package mirage.manifest;

import java.util.Arrays;

/**
 * A small sample of what lies where in an image, to find the earlier image that agrees with a new one at the most
 * places. Which 4 KiB blocks are looked at depends on their number alone (one of 1,024, by a mixing function), so the
 * samples of any two images meet; blocks of zeros are left out. Parallel, ascending arrays.
 *
 * @param blocks block numbers
 * @param hashes CRC32C of the blocks' content
 */
public record PlaceSketch(long[] blocks, int[] hashes) {
    public static final int BLOCK_BYTES = 4096;

    /** Enough to compare; images of which more would be sampled keep their first. */
    public static final int MAX_SAMPLES = 8192;

    private static final int ONE_OF = 1024;

    public PlaceSketch {
        if (blocks.length != hashes.length || blocks.length > MAX_SAMPLES) {
            throw new IllegalArgumentException(
                    blocks.length + " places with " + hashes.length + " hashes");
        }
    }

    /** Whether a block belongs to the sample of every image. The function is part of the manifest's format. */
    public static boolean samples(long block) {
        long mixed = block * 0x9e3779b97f4a7c15L;
        return ((mixed ^ mixed >>> 32) & (ONE_OF - 1)) == 0;
    }

    /** At how many sampled places both hold the same. */
    public int agreement(PlaceSketch other) {
        int same = 0;
        for (int i = 0, j = 0; i < blocks.length && j < other.blocks.length; ) {
            if (blocks[i] == other.blocks[j]) {
                same += hashes[i++] == other.hashes[j++] ? 1 : 0;
            } else if (blocks[i] < other.blocks[j]) {
                i++;
            } else {
                j++;
            }
        }
        return same;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlaceSketch sketch
                && Arrays.equals(blocks, sketch.blocks)
                && Arrays.equals(hashes, sketch.hashes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hashes);
    }

    @Override
    public String toString() {
        return "sketch of " + blocks.length + " places";
    }
}
