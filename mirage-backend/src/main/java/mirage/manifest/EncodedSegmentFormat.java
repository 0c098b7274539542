package mirage.manifest;

import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Recipe segment, version 2 ({@code docs/format/recipe.md}): one that has encoded runs.
 * <pre>
 *   segment = framing header "MSEG", encoderCount:varint (name:text)*
 *             runCount:varint run* offsets crcs ids
 *   run     = (length &lt;&lt; 3 | kind):varint           kinds 0 to 3 as in version 1
 *           | (length &lt;&lt; 3 | 4):varint encoder:varint offset:varint behind:varint
 *             contentCount:varint run*contentCount       of kinds 0 to 3
 *   offsets = those of version 1
 *   crcs    = crc32c:u32 for each run of kind 4
 *   ids     = 32 bytes for each run of kind 1 or 2
 * </pre>
 */
final class EncodedSegmentFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MSEG", 2, 0);

    private static final int VERSION = 2;
    private static final int ZERO = SegmentFormat.ZERO;
    private static final int WHOLE = SegmentFormat.WHOLE;
    private static final int PART = SegmentFormat.PART;
    private static final int AGAIN = SegmentFormat.AGAIN;
    private static final int ENCODED = 4;
    private static final int KIND_BITS = 3;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;

    private EncodedSegmentFormat() {}

    /** Whether a segment is of this version. */
    static boolean isOne(String what, ByteBuffer content)
            throws CorruptBlobException, UnsupportedBlobException {
        return FRAMING.readHeader(what, content).version() == VERSION;
    }

    static ByteBuffer encode(List<RecipeRun> runs) {
        return new Writer().write(runs);
    }

    private static final class Writer {
        private final Map<String, Integer> encoders = new LinkedHashMap<>();
        private final Map<ChunkId, Integer> used = new HashMap<>();
        private final ByteWriter lines = new ByteWriter();
        private final ByteWriter offsets = new ByteWriter();
        private final ByteWriter crcs = new ByteWriter();
        private final ByteWriter ids = new ByteWriter();

        ByteBuffer write(List<RecipeRun> runs) {
            runs.forEach(this::add);
            ByteWriter segment = new ByteWriter();
            segment.bytes(FRAMING.header(0, 0)).varint(encoders.size());
            encoders.keySet().forEach(segment::text);
            segment.varint(runs.size()).bytes(lines.toBuffer()).bytes(offsets.toBuffer());
            return segment.bytes(crcs.toBuffer()).bytes(ids.toBuffer()).toBuffer();
        }

        private void add(RecipeRun run) {
            switch (run) {
                case RecipeRun.Zero zero -> line(zero, ZERO);
                case RecipeRun.Chunk chunk ->
                        line(chunk, SegmentFormat.encodeChunk(chunk, used, offsets, ids));
                case RecipeRun.Encoded encoded -> {
                    line(encoded, ENCODED);
                    encoders.putIfAbsent(encoded.encoder(), encoders.size());
                    lines.varint(encoders.get(encoded.encoder()));
                    lines.varint(encoded.offset());
                    lines.varint(encoded.encodedLength() - encoded.offset() - encoded.length());
                    lines.varint(encoded.content().size());
                    encoded.content().forEach(this::add);
                    crcs.u32(encoded.crc32c() & 0xffff_ffffL);
                }
            }
        }

        private void line(RecipeRun run, int kind) {
            lines.varint(run.length() << KIND_BITS | kind);
        }
    }

    /**
     * @param expectedLength what the runs must add up to
     */
    static List<RecipeRun> decode(String what, ByteBuffer content, long expectedLength)
            throws IOException {
        return new Reader(FRAMING.body(what, content)).read(expectedLength);
    }

    /** A line of the segment, before it is known which chunk it is of. */
    private record Line(
            int kind, long length, int encoder, int offset, int behind, List<Line> content) {}

    private static final class Reader {
        private final ByteReader in;
        private final List<String> encoders = new ArrayList<>();
        private int nextId;
        private ChunkId[] ids = {};

        Reader(ByteReader in) {
            this.in = in;
        }

        List<RecipeRun> read(long expectedLength) throws IOException {
            for (int left = in.count(1, "encoders"); left > 0; left--) {
                encoders.add(in.text());
            }
            List<Line> lines = lines(in.count(1, "runs"), expectedLength, ENCODED);
            List<Line> all = new ArrayList<>();
            for (Line line : lines) {
                all.add(line);
                all.addAll(line.content());
            }
            int[] idIndexes = new int[all.size()];
            int[] offsets = new int[all.size()];
            for (int i = 0; i < idIndexes.length; i++) {
                readOffset(all.get(i).kind(), i, idIndexes, offsets);
            }
            long encoded = lines.stream().filter(line -> line.kind() == ENCODED).count();
            ByteReader crcs = in.sub("checksums", Math.toIntExact(4 * encoded));
            ids = new ChunkId[nextId];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = ChunkId.ofDigest(in.bytes(ChunkId.BYTES));
            }
            in.expectEnd();
            return runs(lines, idIndexes, offsets, crcs);
        }

        private List<Line> lines(int count, long expectedLength, int mostKind) throws IOException {
            List<Line> lines = new ArrayList<>(count);
            long total = 0;
            for (int i = 0; i < count; i++) {
                long head = in.varint();
                int kind = (int) head & KIND_MASK;
                long length = head >>> KIND_BITS;
                total += length;
                if (kind > mostKind || length == 0 || total > expectedLength) {
                    throw in.corrupt(
                            "run %d of kind %d and length %d within %d bytes"
                                    .formatted(i, kind, length, expectedLength));
                }
                lines.add(
                        kind == ENCODED
                                ? encodedLine(length)
                                : new Line(kind, length, 0, 0, 0, List.of()));
            }
            if (mostKind == ENCODED && total != expectedLength) {
                throw in.corrupt(expectedLength + " bytes expected, runs add up to " + total);
            }
            return lines;
        }

        private Line encodedLine(long length) throws IOException {
            int most = RecipeRun.Encoded.MAX_ENCODED_BYTES;
            int encoder = in.boundedVarint(0, encoders.size() - 1, "encoder");
            int offset = in.boundedVarint(0, most, "offset in encoded bytes");
            int behind = in.boundedVarint(0, most, "encoded bytes behind");
            List<Line> content =
                    lines(
                            in.count(1, "runs of content"),
                            RecipeRun.Encoded.MAX_CONTENT_BYTES,
                            AGAIN);
            return new Line(ENCODED, length, encoder, offset, behind, content);
        }

        private void readOffset(int kind, int line, int[] idIndexes, int[] offsets)
                throws IOException {
            switch (kind) {
                case WHOLE -> idIndexes[line] = nextId++;
                case PART -> {
                    idIndexes[line] = nextId++;
                    offsets[line] = in.boundedVarint(0, Integer.MAX_VALUE, "offset in chunk");
                }
                case AGAIN -> {
                    idIndexes[line] = in.boundedVarint(0, nextId - 1, "id used before");
                    offsets[line] = in.boundedVarint(0, Integer.MAX_VALUE, "offset in chunk");
                }
                default -> {}
            }
        }

        private List<RecipeRun> runs(
                List<Line> lines, int[] idIndexes, int[] offsets, ByteReader crcs)
                throws IOException {
            List<RecipeRun> runs = new ArrayList<>(lines.size());
            int at = 0;
            try {
                for (Line line : lines) {
                    if (line.kind() != ENCODED) {
                        runs.add(run(line, ids, idIndexes[at], offsets[at]));
                        at++;
                        continue;
                    }
                    at++;
                    List<RecipeRun> content = new ArrayList<>(line.content().size());
                    for (Line part : line.content()) {
                        content.add(run(part, ids, idIndexes[at], offsets[at]));
                        at++;
                    }
                    long encodedLength = line.offset() + line.length() + line.behind();
                    runs.add(
                            new RecipeRun.Encoded(
                                    encoders.get(line.encoder()),
                                    content,
                                    Math.toIntExact(encodedLength),
                                    (int) crcs.u32(),
                                    line.offset(),
                                    line.length()));
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw in.corrupt("a run that cannot be meant: " + e.getMessage());
            }
            return runs;
        }

        private static RecipeRun run(Line line, ChunkId[] ids, int idIndex, int offset) {
            return line.kind() == ZERO
                    ? new RecipeRun.Zero(line.length())
                    : new RecipeRun.Chunk(ids[idIndex], offset, line.length());
        }
    }
}
