package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Recipe segment, version 1 ({@code docs/format/recipe.md}). Lies in the store as a chunk, whose id checks it.
 * <pre>
 *   segment = framing header "MSEG", runCount:varint runs offsets ids
 *   runs    = (length &lt;&lt; 2 | kind):varint *          kind 0 zeros, 1 next id whole from its start,
 *                                                      2 next id at an offset, 3 an id used before in this segment
 *   offsets = for each run of kind 2: offset:varint; of kind 3: idIndex:varint offset:varint
 *   ids     = 32 bytes for each run of kind 1 or 2
 * </pre>
 * Lengths, offsets and ids stand apart because ids do not compress and the rest compresses well. A segment with encoded
 * runs is of version 2, {@link EncodedSegmentFormat}; all others stay what they are, so that images share them.
 */
final class SegmentFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MSEG", 1, 0);

    static final int ZERO = 0;
    static final int WHOLE = 1;
    static final int PART = 2;
    static final int AGAIN = 3;

    private SegmentFormat() {}

    static ByteBuffer encode(List<RecipeRun> runs) {
        if (runs.stream().anyMatch(RecipeRun.Encoded.class::isInstance)) {
            return EncodedSegmentFormat.encode(runs);
        }
        ByteWriter lengths = new ByteWriter();
        ByteWriter offsets = new ByteWriter();
        ByteWriter ids = new ByteWriter();
        Map<ChunkId, Integer> used = new HashMap<>();
        for (RecipeRun run : runs) {
            int kind =
                    switch (run) {
                        case RecipeRun.Zero _ -> ZERO;
                        case RecipeRun.Chunk chunk -> encodeChunk(chunk, used, offsets, ids);
                        case RecipeRun.Encoded _ -> throw new IllegalArgumentException("version 2");
                    };
            lengths.varint(run.length() << 2 | kind);
        }
        ByteWriter segment = new ByteWriter();
        segment.bytes(FRAMING.header(0, 0)).varint(runs.size());
        segment.bytes(lengths.toBuffer()).bytes(offsets.toBuffer()).bytes(ids.toBuffer());
        return segment.toBuffer();
    }

    static int encodeChunk(
            RecipeRun.Chunk chunk, Map<ChunkId, Integer> used, ByteWriter offsets, ByteWriter ids) {
        Integer earlier = used.putIfAbsent(chunk.id(), used.size());
        if (earlier != null) {
            offsets.varint(earlier).varint(chunk.offset());
            return AGAIN;
        }
        ids.bytes(chunk.id().toBytes());
        if (chunk.offset() == 0) {
            return WHOLE;
        }
        offsets.varint(chunk.offset());
        return PART;
    }

    /**
     * @param expectedLength what the runs must add up to
     */
    static List<RecipeRun> decode(ChunkId segment, ByteBuffer content, long expectedLength)
            throws IOException {
        String what = "recipe segment " + segment;
        if (EncodedSegmentFormat.isOne(what, content)) {
            return EncodedSegmentFormat.decode(what, content, expectedLength);
        }
        ByteReader in = FRAMING.body(what, content);
        int count = in.count(1, "runs");
        long[] lengths = new long[count];
        int idCount = 0;
        long total = 0;
        for (int i = 0; i < count; i++) {
            lengths[i] = in.varint();
            int kind = (int) lengths[i] & 3;
            idCount += kind == WHOLE || kind == PART ? 1 : 0;
            total += lengths[i] >>> 2;
            if (lengths[i] >>> 2 == 0 || total > expectedLength) {
                throw in.corrupt(
                        "run "
                                + i
                                + " of length "
                                + (lengths[i] >>> 2)
                                + " within "
                                + expectedLength
                                + " bytes");
            }
        }
        if (total != expectedLength) {
            throw in.corrupt(expectedLength + " bytes expected, runs add up to " + total);
        }
        return decodeRuns(in, lengths, idCount);
    }

    private static List<RecipeRun> decodeRuns(ByteReader in, long[] lengths, int idCount)
            throws IOException {
        int[] idIndexes = new int[lengths.length];
        int[] offsets = new int[lengths.length];
        int nextId = 0;
        for (int i = 0; i < lengths.length; i++) {
            switch ((int) lengths[i] & 3) {
                case WHOLE -> idIndexes[i] = nextId++;
                case PART -> {
                    idIndexes[i] = nextId++;
                    offsets[i] = in.boundedVarint(0, Integer.MAX_VALUE, "offset in chunk");
                }
                case AGAIN -> {
                    idIndexes[i] = in.boundedVarint(0, nextId - 1, "id used before");
                    offsets[i] = in.boundedVarint(0, Integer.MAX_VALUE, "offset in chunk");
                }
                default -> {}
            }
        }
        ChunkId[] ids = new ChunkId[idCount];
        for (int i = 0; i < idCount; i++) {
            ids[i] = ChunkId.ofDigest(in.bytes(ChunkId.BYTES));
        }
        in.expectEnd();
        List<RecipeRun> runs = new ArrayList<>(lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            long length = lengths[i] >>> 2;
            if (((int) lengths[i] & 3) == ZERO) {
                runs.add(new RecipeRun.Zero(length));
            } else if (offsets[i] + length > Integer.MAX_VALUE) {
                throw in.corrupt("run " + i + " ends behind any chunk");
            } else {
                runs.add(new RecipeRun.Chunk(ids[idIndexes[i]], offsets[i], length));
            }
        }
        return runs;
    }
}
