package mirage.deploy;

import mirage.bytes.ByteSource;
import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.Section;
import mirage.manifest.Recipe;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recipe with its segments, as hosts get it: {@code docs/format/deploy-recipe.md}.
 *
 * @param recipe of a view
 * @param segments its segments and no other chunk
 */
public record RecipeFile(Recipe recipe, ChunkSource segments) {
    private static final BlobFraming FRAMING = new BlobFraming("MRCP", 1, 0);
    private static final int LEVEL = 3;
    private static final int MAX_HEAD_BYTES = 64;
    private static final int MAX_SEGMENT_BYTES = 16 << 20;

    /**
     * Writes a recipe.
     *
     * @param chunks its segments
     * @param target stays open
     */
    public static void write(Recipe recipe, ChunkSource chunks, WritableByteChannel target)
            throws IOException {
        writeFully(FRAMING.header(0, 0), target);
        ByteWriter head = new ByteWriter();
        head.varint(recipe.length()).varint(recipe.segmentSpanBytes());
        writeFully(Section.encode(head.toBuffer(), LEVEL), target);
        for (@Nullable ChunkId segment : recipe.segments()) {
            ByteBuffer bytes = segment == null ? ByteBuffer.allocate(0) : chunks.read(segment);
            writeFully(Section.encode(bytes, LEVEL), target);
        }
    }

    /**
     * Reads a recipe whole.
     *
     * @param what names it in messages
     * @param maxBytes how much memory its segments may take
     * @throws CorruptBlobException when it is damaged, or takes more
     */
    public static RecipeFile read(String what, ByteSource file, long maxBytes) throws IOException {
        SectionReader in = new SectionReader(what, file, FRAMING);
        ByteReader head = new ByteReader(what, in.next(MAX_HEAD_BYTES));
        long length = head.varint();
        int span = head.boundedVarint(1, Integer.MAX_VALUE, "span of a segment");
        head.expectEnd();
        List<@Nullable ChunkId> ids = new ArrayList<>();
        Map<ChunkId, ByteBuffer> segments = new HashMap<>();
        long left = maxBytes;
        while (!in.isAtEnd()) {
            ByteBuffer segment = in.next((int) Math.min(left, MAX_SEGMENT_BYTES));
            ChunkId id = segment.hasRemaining() ? ChunkId.of(segment) : null;
            ids.add(id);
            if (id != null && segments.putIfAbsent(id, segment) == null) {
                left -= segment.remaining();
            }
        }
        try {
            return new RecipeFile(new Recipe(length, span, ids), id -> segment(what, id, segments));
        } catch (IllegalArgumentException wrong) {
            throw new CorruptBlobException(
                    what, 0, "a recipe expected, found " + wrong.getMessage());
        }
    }

    private static ByteBuffer segment(String what, ChunkId id, Map<ChunkId, ByteBuffer> segments)
            throws CorruptBlobException {
        ByteBuffer segment = segments.get(id);
        if (segment == null) {
            throw new CorruptBlobException(what, 0, "there is no segment " + id);
        }
        return segment.duplicate();
    }

    private static void writeFully(ByteBuffer bytes, WritableByteChannel target)
            throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
