package mirage.pack;

import mirage.codec.Zstd;

/**
 * How chunks are packed and read. All may be changed from one start to the next: packs tell their own shape.
 *
 * @param frameSizeBytes content that is compressed together, from 4 KiB to 16 MiB. Larger frames take less space, and
 *     more time to read one chunk
 * @param packSizeBytes a pack is closed before it would exceed this, from one frame to 256 MiB
 * @param compressionLevel of zstd, from 1 to 19
 * @param frameCacheBytes memory for frames that were read, 0 for none
 */
public record PackSettings(
        int frameSizeBytes, int packSizeBytes, int compressionLevel, long frameCacheBytes) {
    public static final PackSettings DEFAULT = new PackSettings(1 << 20, 32 << 20, 3, 64 << 20);

    /**
     * Recipes and file tables name the same digests, far apart: a frame that holds both of an image stores them once.
     * They are small and written once, so the level can be high.
     */
    private static final int METADATA_FRAME_BYTES = 4 << 20;

    private static final int METADATA_LEVEL = 12;

    static final int MIN_FRAME_SIZE_BYTES = 4 << 10;
    static final int MAX_PACK_SIZE_BYTES = 256 << 20;

    public PackSettings {
        requireWithin(
                "frameSizeBytes", frameSizeBytes, MIN_FRAME_SIZE_BYTES, PackFormat.MAX_FRAME_BYTES);
        requireWithin("packSizeBytes", packSizeBytes, frameSizeBytes, MAX_PACK_SIZE_BYTES);
        requireWithin("compressionLevel", compressionLevel, 1, Zstd.MAX_LEVEL);
        requireWithin("frameCacheBytes", frameCacheBytes, 0, Long.MAX_VALUE);
    }

    /** The same for metadata: larger frames, more effort. */
    PackSettings forMetadata() {
        int frame = Math.max(frameSizeBytes, METADATA_FRAME_BYTES);
        return new PackSettings(
                frame,
                Math.max(packSizeBytes, frame),
                Math.max(compressionLevel, METADATA_LEVEL),
                frameCacheBytes);
    }

    private static void requireWithin(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " from " + min + " to " + max + " expected, found " + value);
        }
    }
}
