package mirage.volume;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.util.List;

/**
 * One way in which volumes are put together to others. An assembler is made for one disk and remembers what it was shown.
 * New kinds are added to {@link VolumeSearch} and nowhere else.
 */
public interface VolumeAssembler {
    /** What {@code blkid} calls a volume that it takes. */
    String memberType();

    /**
     * Looks at a volume and remembers it if it is a part of something.
     *
     * @param bytes of the volume, hostile
     * @return whether it is; also of what is so damaged that nothing will be made of it
     */
    boolean take(Volume volume, ByteSource bytes) throws IOException;

    /**
     * Puts together what was taken since the last call. What comes too late for what was put together before is left
     * alone, so that this ends.
     *
     * @return volumes without overlap, of which one that cannot be put together has no places; empty when there is
     *     nothing new
     */
    List<Volume> assemble() throws IOException;
}
