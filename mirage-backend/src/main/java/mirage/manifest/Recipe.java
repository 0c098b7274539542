package mirage.manifest;

import mirage.chunk.ChunkId;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What rebuilds a run of bytes: segments of a fixed span, each a chunk of its own that lists the runs of its span. Two
 * images that agree over a span name the same segment, so they are compared, and the second is recorded, in time
 * proportional to the difference.
 *
 * @param length of what is rebuilt, in bytes
 * @param segmentSpanBytes how much one segment rebuilds; the last may rebuild less
 * @param segments in order; null for a span of zeros
 */
public record Recipe(long length, int segmentSpanBytes, List<@Nullable ChunkId> segments) {
    /** Small enough that one changed file touches little of a recipe, large enough that a manifest stays small. */
    public static final int DEFAULT_SEGMENT_SPAN_BYTES = 4 << 20;

    static final int MAX_SEGMENT_SPAN_BYTES = 1 << 30;

    /** Of segments of the default span: 64 TiB. Bounds what a few damaged bytes can make a reader hold. */
    static final int MAX_SEGMENTS = 1 << 24;

    /** The largest that a {@link RecipeBuilder} makes. */
    public static final long MAX_BUILT_BYTES = (long) MAX_SEGMENTS * DEFAULT_SEGMENT_SPAN_BYTES;

    public Recipe {
        if (length < 0 || segmentSpanBytes <= 0 || segmentSpanBytes > MAX_SEGMENT_SPAN_BYTES) {
            throw new IllegalArgumentException(
                    "recipe of " + length + " bytes in segments of " + segmentSpanBytes);
        }
        if (segments.size() > MAX_SEGMENTS
                || segments.size() != segmentCount(length, segmentSpanBytes)) {
            throw new IllegalArgumentException(
                    segments.size()
                            + " segments of "
                            + segmentSpanBytes
                            + " for "
                            + length
                            + " bytes");
        }
    }

    /** How many segments a length takes. */
    static long segmentCount(long length, int segmentSpanBytes) {
        return length / segmentSpanBytes + (length % segmentSpanBytes == 0 ? 0 : 1);
    }

    /** How many bytes a segment rebuilds. */
    public long segmentLength(int index) {
        return Math.min(segmentSpanBytes, length - (long) index * segmentSpanBytes);
    }
}
