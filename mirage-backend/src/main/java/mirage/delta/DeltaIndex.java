package mirage.delta;

import mirage.codec.DataDigest;

import java.util.List;

/**
 * What a delta says of itself.
 *
 * @param baseLength of the image that it is applied to, in bytes
 * @param targetLength of what it makes, in bytes
 * @param target digest of what it makes
 * @param runs of the target, in order
 * @param frames of what it brings, in order
 */
public record DeltaIndex(
        long baseLength,
        long targetLength,
        DataDigest target,
        List<DeltaRun> runs,
        List<Frame> frames) {

    /** How a frame is stored. */
    enum Method {
        PLAIN,
        ZSTD,
        ZSTD_AGAINST_BASE
    }

    /**
     * Bytes that are compressed together.
     *
     * @param length of the bytes
     * @param storedLength in the delta
     * @param storedCrc CRC32C of what is stored
     * @param crc CRC32C of the bytes: a base that is not as it was makes others
     * @param references of the base, which the bytes were compressed against
     */
    record Frame(
            Method method,
            int length,
            int storedLength,
            int storedCrc,
            int crc,
            List<BaseRange> references) {}

    /** How many bytes the delta brings, uncompressed. */
    public long contentLength() {
        return frames.stream().mapToLong(Frame::length).sum();
    }
}
