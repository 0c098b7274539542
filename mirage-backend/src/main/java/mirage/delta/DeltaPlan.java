package mirage.delta;

import mirage.chunk.ChunkId;

import java.util.List;

/**
 * How a target is made of a base.
 *
 * @param baseLength in bytes
 * @param targetLength in bytes
 * @param runs of the target, in order, from its start to its end
 * @param fresh what the base does not hold, in the order in which the target first needs it
 */
public record DeltaPlan(
        long baseLength, long targetLength, List<DeltaRun> runs, List<FreshSlice> fresh) {

    /**
     * A part of a chunk that the base does not hold.
     *
     * @param chunk it is of
     * @param offset in the chunk
     * @param length in bytes
     * @param targetOffset where the target needs it first
     */
    public record FreshSlice(ChunkId chunk, int offset, int length, long targetOffset) {}

    /** How many bytes of the target the base does not hold. */
    public long madeOfFresh() {
        long bytes = 0;
        for (DeltaRun run : runs) {
            bytes += run instanceof DeltaRun.Fresh ? run.length() : 0;
        }
        return bytes;
    }

    /** The same, what the target has several times counted once. */
    public long freshBytes() {
        return fresh.stream().mapToLong(FreshSlice::length).sum();
    }

    /** How many bytes are copied from the base. */
    public long copiedBytes() {
        long bytes = 0;
        for (DeltaRun run : runs) {
            bytes += run instanceof DeltaRun.Copy ? run.length() : 0;
        }
        return bytes;
    }
}
