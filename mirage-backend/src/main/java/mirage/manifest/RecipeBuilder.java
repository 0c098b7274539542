package mirage.manifest;

import mirage.chunk.ChunkId;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Takes runs in order, joins those that continue each other, and writes a segment whenever a span is full. */
public final class RecipeBuilder {
    private final SegmentSink sink;
    private final int span = Recipe.DEFAULT_SEGMENT_SPAN_BYTES;
    private final List<@Nullable ChunkId> segments = new ArrayList<>();
    private final List<RecipeRun> runs = new ArrayList<>();
    private long length;
    private long inSegment;

    /** Where finished segments go: as chunks, next to the data. */
    @FunctionalInterface
    public interface SegmentSink {
        void put(ChunkId id, ByteBuffer segment) throws IOException;
    }

    public RecipeBuilder(SegmentSink sink) {
        this.sink = sink;
    }

    /** Bytes described so far. */
    public long length() {
        return length;
    }

    /**
     * Adds a run behind all earlier ones.
     *
     * @throws IOException when the recipe would exceed {@link Recipe#MAX_BUILT_BYTES}
     */
    public void add(RecipeRun run) throws IOException {
        if (run.length() > Recipe.MAX_BUILT_BYTES - length) {
            throw new IOException(
                    "an image of at most " + Recipe.MAX_BUILT_BYTES + " bytes can be stored");
        }
        for (long done = 0; done < run.length(); ) {
            long part = Math.min(run.length() - done, span - inSegment);
            append(run.slice(done, part));
            done += part;
            if (inSegment == span) {
                endSegment();
            }
        }
    }

    /** The recipe of all runs added. */
    public Recipe finish() throws IOException {
        if (inSegment > 0) {
            endSegment();
        }
        return new Recipe(length, span, segments);
    }

    private void append(RecipeRun run) {
        length += run.length();
        inSegment += run.length();
        if (!runs.isEmpty()) {
            RecipeRun joined = join(runs.getLast(), run);
            if (joined != null) {
                runs.set(runs.size() - 1, joined);
                return;
            }
        }
        runs.add(run);
    }

    private static @Nullable RecipeRun join(RecipeRun first, RecipeRun second) {
        if (first instanceof RecipeRun.Zero && second instanceof RecipeRun.Zero) {
            return new RecipeRun.Zero(first.length() + second.length());
        }
        if (first instanceof RecipeRun.Chunk a
                && second instanceof RecipeRun.Chunk b
                && a.id().equals(b.id())
                && a.offset() + a.length() == b.offset()) {
            return new RecipeRun.Chunk(a.id(), a.offset(), a.length() + b.length());
        }
        return null;
    }

    private void endSegment() throws IOException {
        if (runs.size() == 1 && runs.getFirst() instanceof RecipeRun.Zero) {
            segments.add(null);
        } else {
            ByteBuffer segment = SegmentFormat.encode(runs);
            ChunkId id = ChunkId.of(segment);
            sink.put(id, segment);
            segments.add(id);
        }
        runs.clear();
        inSegment = 0;
    }
}
