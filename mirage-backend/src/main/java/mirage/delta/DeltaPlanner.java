package mirage.delta;

import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.delta.DeltaPlan.FreshSlice;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the difference of two recipes. Segments that both have at the same place are the same bytes. Of the others, a
 * chunk is copied from wherever the base holds it: at the same place when it does, so that runs
 * go on, otherwise at the first.
 *
 * <p>Takes memory for the runs that differ and the chunks of the target in them.
 */
public final class DeltaPlanner {
    private final RecipeReader base;
    private final RecipeReader target;
    private final Map<ChunkId, List<Place>> places = new HashMap<>();
    private final Map<FreshSlice, Long> brought = new HashMap<>();
    private final List<DeltaRun> runs = new ArrayList<>();
    private final List<FreshSlice> fresh = new ArrayList<>();
    private long freshBytes;

    /** A slice of a chunk in the base. */
    private record Place(int chunkOffset, long length, long baseOffset) {
        boolean holds(int offset) {
            return chunkOffset <= offset && offset < chunkOffset + length;
        }
    }

    private DeltaPlanner(Recipe base, Recipe target, ChunkSource chunks) {
        this.base = new RecipeReader(base, chunks);
        this.target = new RecipeReader(target, chunks);
    }

    /**
     * Plans how to make one image of another.
     *
     * @param base without encoded runs
     * @param target without encoded runs: whoever has one cuts the bytes that it rebuilds
     * @param chunks of both recipes: their segments are read
     */
    public static DeltaPlan plan(Recipe base, Recipe target, ChunkSource chunks)
            throws IOException {
        DeltaPlanner planner = new DeltaPlanner(base, target, chunks);
        planner.findPlaces();
        planner.planRuns();
        return new DeltaPlan(
                base.length(),
                target.length(),
                List.copyOf(planner.runs),
                List.copyOf(planner.fresh));
    }

    /** Where the base has the chunks of the segments that differ. */
    private void findPlaces() throws IOException {
        forEachSegment(
                target,
                (index, offset, length) -> {
                    if (!isShared(index)) {
                        target.forEachRun(
                                offset,
                                length,
                                (_, run) -> {
                                    if (run instanceof RecipeRun.Chunk chunk) {
                                        places.putIfAbsent(chunk.id(), new ArrayList<>(1));
                                    }
                                });
                    }
                });
        if (places.isEmpty()) {
            return;
        }
        base.forEachRun(
                0,
                base.recipe().length(),
                (offset, run) -> {
                    if (run instanceof RecipeRun.Chunk chunk) {
                        List<Place> held = places.get(chunk.id());
                        if (held != null) {
                            held.add(new Place(chunk.offset(), chunk.length(), offset));
                        }
                    }
                });
    }

    private void planRuns() throws IOException {
        forEachSegment(
                target,
                (index, offset, length) -> {
                    if (target.recipe().segments().get(index) == null) {
                        add(new DeltaRun.Zero(length));
                    } else if (isShared(index)) {
                        target.forEachRun(offset, length, this::copySamePlace);
                    } else {
                        target.forEachRun(offset, length, this::plan);
                    }
                });
    }

    /** What is zero is not copied, so that it stays a hole. */
    private void copySamePlace(long offset, RecipeRun run) {
        switch (run) {
            case RecipeRun.Zero zero -> add(new DeltaRun.Zero(zero.length()));
            case RecipeRun.Chunk chunk -> add(new DeltaRun.Copy(offset, chunk.length()));
            case RecipeRun.Encoded _ -> throw encoded();
        }
    }

    private void plan(long targetOffset, RecipeRun run) {
        switch (run) {
            case RecipeRun.Zero zero -> add(new DeltaRun.Zero(zero.length()));
            case RecipeRun.Chunk chunk -> {
                List<Place> held = places.getOrDefault(chunk.id(), List.of());
                int at = chunk.offset();
                int end = Math.toIntExact(at + chunk.length());
                while (at < end) {
                    at += plan(chunk.id(), at, end, targetOffset + at - chunk.offset(), held);
                }
            }
            case RecipeRun.Encoded _ -> throw encoded();
        }
    }

    private static IllegalArgumentException encoded() {
        return new IllegalArgumentException("a recipe with encoded runs");
    }

    /** Plans the beginning of a slice of a chunk; returns how much of it. */
    private int plan(ChunkId chunk, int at, int end, long targetOffset, List<Place> held) {
        Place place = best(held, at, targetOffset);
        if (place != null) {
            int length = (int) Math.min(end - at, place.chunkOffset + place.length - at);
            add(new DeltaRun.Copy(place.baseOffset + at - place.chunkOffset, length));
            return length;
        }
        int length = end - at;
        for (Place other : held) {
            if (other.chunkOffset > at) {
                length = Math.min(length, other.chunkOffset - at);
            }
        }
        bring(chunk, at, length, targetOffset);
        return length;
    }

    private void bring(ChunkId chunk, int offset, int length, long targetOffset) {
        // The same slice elsewhere in the target is the same content.
        FreshSlice anywhere = new FreshSlice(chunk, offset, length, 0);
        Long before = brought.putIfAbsent(anywhere, freshBytes);
        if (before != null) {
            add(new DeltaRun.Fresh(before, length));
            return;
        }
        add(new DeltaRun.Fresh(freshBytes, length));
        fresh.add(new FreshSlice(chunk, offset, length, targetOffset));
        freshBytes += length;
    }

    private @Nullable Place best(List<Place> held, int chunkOffset, long targetOffset) {
        @Nullable Place first = null;
        for (Place place : held) {
            if (place.holds(chunkOffset)) {
                long baseOffset = place.baseOffset + chunkOffset - place.chunkOffset;
                if (baseOffset == targetOffset || goesOn(baseOffset)) {
                    return place;
                }
                first = first == null ? place : first;
            }
        }
        return first;
    }

    private boolean goesOn(long baseOffset) {
        return !runs.isEmpty()
                && runs.getLast() instanceof DeltaRun.Copy(long from, long length)
                && from + length == baseOffset;
    }

    /** Adds a run, joined with the one before when it goes on with it. */
    private void add(DeltaRun run) {
        DeltaRun last = runs.isEmpty() ? null : runs.getLast();
        DeltaRun joined =
                switch (run) {
                    case DeltaRun.Zero(long length) when last instanceof DeltaRun.Zero before ->
                            new DeltaRun.Zero(before.length() + length);
                    case DeltaRun.Copy(long from, long length)
                            when last instanceof DeltaRun.Copy before
                                    && before.baseOffset() + before.length() == from ->
                            new DeltaRun.Copy(before.baseOffset(), before.length() + length);
                    case DeltaRun.Fresh(long from, long length)
                            when last instanceof DeltaRun.Fresh before
                                    && before.contentOffset() + before.length() == from ->
                            new DeltaRun.Fresh(before.contentOffset(), before.length() + length);
                    default -> null;
                };
        if (joined != null) {
            runs.set(runs.size() - 1, joined);
        } else {
            runs.add(run);
        }
    }

    private boolean isShared(int index) {
        Recipe ours = target.recipe();
        Recipe theirs = base.recipe();
        ChunkId id = ours.segments().get(index);
        return id != null
                && ours.segmentSpanBytes() == theirs.segmentSpanBytes()
                && index < theirs.segments().size()
                && ours.segmentLength(index) == theirs.segmentLength(index)
                && id.equals(theirs.segments().get(index));
    }

    @FunctionalInterface
    private interface SegmentVisitor {
        void visit(int index, long offset, long length) throws IOException;
    }

    private static void forEachSegment(RecipeReader reader, SegmentVisitor visitor)
            throws IOException {
        Recipe recipe = reader.recipe();
        for (int i = 0; i < recipe.segments().size(); i++) {
            visitor.visit(i, (long) i * recipe.segmentSpanBytes(), recipe.segmentLength(i));
        }
    }
}
