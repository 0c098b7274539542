package mirage.delta;

import mirage.bytes.ExtentMap;
import mirage.chunk.ChunkSource;
import mirage.delta.DeltaPlan.FreshSlice;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.manifest.FileTableReader;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the fresh bytes of a target are a new version of. Those of a file: the file of the same path in the base; when
 * there is none, the file whose path differs in digits only, as versions do, and whose size is nearest. Those of no file,
 * where both are disks: the same place.
 */
public final class Predecessors {
    /** Below it the whole file is the predecessor: what moved within it is found. */
    private static final long WHOLE_FILE_BYTES = 256 << 10;

    /** Of a larger file, how much before and behind the same place. */
    private static final long MARGIN_BYTES = 64 << 10;

    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private final long baseLength;
    private final boolean areDisks;
    private final NavigableMap<Long, Piece> pieces = new TreeMap<>();
    private final Map<Path, Wanted> wanted = new HashMap<>();

    /** A path in one of the volumes, by their order. */
    private record Path(int volume, RawName name) {}

    /** The same with its digits left out. */
    private record Likeness(int volume, String name) {}

    /** A stretch of the target that belongs to a file. */
    private record Piece(long targetOffset, long length, long fileOffset, Wanted file) {}

    /** A file of the target with fresh bytes. */
    private static final class Wanted {
        private final long size;
        private @Nullable Held exact;
        private @Nullable Held alike;

        Wanted(long size) {
            this.size = size;
        }

        @Nullable Held predecessor() {
            return exact != null ? exact : alike;
        }

        void offer(Held file) {
            if (alike == null || Math.abs(file.size - size) < Math.abs(alike.size - size)) {
                alike = file;
            }
        }
    }

    /** A file of the base: file offset to offset in the base. */
    private record Held(long size, ExtentMap places) {}

    private Predecessors(long baseLength, boolean areDisks) {
        this.baseLength = baseLength;
        this.areDisks = areDisks;
    }

    /**
     * Looks for the predecessors of all fresh bytes of a plan.
     *
     * @param base where the base's disk lies in what the plan copies from
     * @param target where the target's disk lies in what the plan makes
     * @param chunks of the file tables
     */
    public static Predecessors find(
            DeltaPlan plan, DiskPlaces base, DiskPlaces target, ChunkSource chunks)
            throws IOException {
        Predecessors found = new Predecessors(plan.baseLength(), base.isDisk() && target.isDisk());
        found.findWanted(new FreshRanges(plan.fresh()), target, chunks);
        found.findHeld(base, chunks);
        return found;
    }

    /** Where the base holds what a fresh slice is a new version of. */
    List<BaseRange> of(FreshSlice slice) {
        List<BaseRange> ranges = new ArrayList<>();
        long end = slice.targetOffset() + slice.length();
        Map.Entry<Long, Piece> entry = pieces.floorEntry(slice.targetOffset());
        Piece piece = entry == null ? null : entry.getValue();
        if (piece == null || piece.targetOffset + piece.length <= slice.targetOffset()) {
            if (areDisks) {
                addClipped(ranges, slice.targetOffset(), end);
            }
            return ranges;
        }
        Held held = piece.file.predecessor();
        if (held != null) {
            long from = piece.fileOffset + slice.targetOffset() - piece.targetOffset;
            long to = from + slice.length();
            boolean whole = held.size <= WHOLE_FILE_BYTES;
            addPlaces(
                    ranges,
                    held,
                    whole ? 0 : Math.max(0, from - MARGIN_BYTES),
                    whole ? held.size : Math.min(held.size, to + MARGIN_BYTES));
        }
        return ranges;
    }

    private void addPlaces(List<BaseRange> ranges, Held file, long from, long to) {
        ExtentMap places = file.places;
        for (int i = places.firstRunEndingAfter(from); i < places.runCount(); i++) {
            ExtentMap.Run run = places.run(i);
            if (run.offset() >= to) {
                break;
            }
            long start = Math.max(from, run.offset());
            long end = Math.min(to, run.end());
            addClipped(
                    ranges, run.target() + start - run.offset(), run.target() + end - run.offset());
        }
    }

    /** A damaged file table may name places that the base does not have. */
    private void addClipped(List<BaseRange> ranges, long from, long to) {
        long end = Math.min(to, baseLength);
        if (from < end) {
            ranges.add(new BaseRange(from, end - from));
        }
    }

    private void findWanted(FreshRanges fresh, DiskPlaces target, ChunkSource chunks)
            throws IOException {
        forEachFile(
                target,
                chunks,
                (path, size, places) -> {
                    Wanted file = null;
                    for (ExtentMap.Run run : places.runs()) {
                        if (fresh.touches(run.target(), run.length())) {
                            file = file == null ? new Wanted(size) : file;
                            pieces.put(
                                    run.target(),
                                    new Piece(run.target(), run.length(), run.offset(), file));
                        }
                    }
                    if (file != null) {
                        wanted.put(path, file);
                    }
                });
    }

    private void findHeld(DiskPlaces base, ChunkSource chunks) throws IOException {
        Map<Likeness, List<Wanted>> byLikeness = new HashMap<>();
        wanted.forEach((path, file) ->
                byLikeness.computeIfAbsent(likeness(path), _ -> new ArrayList<>(1)).add(file));
        forEachFile(
                base,
                chunks,
                (path, size, places) -> {
                    Held held = new Held(size, places);
                    Wanted same = wanted.get(path);
                    if (same != null) {
                        same.exact = held;
                    }
                    for (Wanted alike : byLikeness.getOrDefault(likeness(path), List.of())) {
                        alike.offer(held);
                    }
                });
    }

    private static Likeness likeness(Path path) {
        return new Likeness(path.volume, DIGITS.matcher(path.name.toString()).replaceAll("0"));
    }

    @FunctionalInterface
    private interface FileVisitor {
        /**
         * Takes a file.
         *
         * @param places file offset to offset in the bytes that the delta is of
         */
        void visit(Path path, long size, ExtentMap places);
    }

    private static void forEachFile(DiskPlaces disk, ChunkSource chunks, FileVisitor visitor)
            throws IOException {
        for (int i = 0; i < disk.volumes().size(); i++) {
            VolumeRecord volume = disk.volumes().get(i);
            if (volume.files() == null) {
                continue;
            }
            int index = i;
            ExtentMap inView = volume.volume().map().through(disk.places());
            FileTableReader.forEach(
                    volume.files(),
                    chunks,
                    entry -> {
                        FileRecord file = entry.file();
                        if (file.type() == FileType.REGULAR
                                && file.content() instanceof FileRecord.Content.Mapped mapped) {
                            visitor.visit(
                                    new Path(index, file.path()),
                                    file.size(),
                                    mapped.map().through(inView));
                        }
                        return true;
                    });
        }
    }

    /** Where the target has fresh bytes. */
    private static final class FreshRanges {
        private final List<FreshSlice> slices;

        FreshRanges(List<FreshSlice> slices) {
            this.slices = slices;
        }

        boolean touches(long offset, long length) {
            int low = 0;
            int high = slices.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                FreshSlice slice = slices.get(middle);
                if (slice.targetOffset() + slice.length() <= offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < slices.size() && slices.get(low).targetOffset() < offset + length;
        }
    }
}
