package mirage.pack;

import mirage.chunk.ChunkId;

import org.jspecify.annotations.Nullable;

/**
 * Something in a pack that is not as it was written.
 *
 * @param frame number of the frame, {@link #WHOLE_PACK} when it is not one frame's damage
 * @param chunk the chunk that is lost by it, null when it is not one chunk's damage
 * @param what what was expected and what was found
 */
public record PackDamage(PackId pack, int frame, @Nullable ChunkId chunk, String what) {
    public static final int WHOLE_PACK = -1;
}
