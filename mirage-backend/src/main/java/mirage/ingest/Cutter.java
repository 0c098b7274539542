package mirage.ingest;

import mirage.bytes.ByteSource;
import mirage.bytes.Extent;
import mirage.chunk.ContentCutter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Cuts an upload, or the disk in it, along its plan (docs/ARCHITECTURE.md, "Cutting"):
 *
 * <ol>
 *   <li>zeros are no chunk;
 *   <li>a file, or an encoded cluster, is cut at 64 KiB from its start, wherever its pieces lie;
 *   <li>where nothing is understood, content decides the cuts;
 *   <li>the rest is compared with the same place of an earlier image, and what differs is joined into runs that end
 *       where a multiple of 64 KiB does.
 * </ol>
 */
final class Cutter {
    private static final int BLOCK = UploadMap.BLOCK_BYTES;
    private static final int RUN_BYTES = 64 << 10;
    private static final int CONTENT_WINDOW_BYTES = 1 << 20;

    private final ByteSource bytes;
    private final ZeroBlocks map;
    private final @Nullable EarlierImage earlier;
    private final CutSink sink;
    private final ByteBuffer run = ByteBuffer.allocate(RUN_BYTES);
    private final ByteBuffer same = ByteBuffer.allocate(RUN_BYTES);
    private @Nullable ByteBuffer contentWindow;

    /**
     * @param earlier the image to compare places with, null when there is none
     */
    Cutter(ByteSource bytes, ZeroBlocks map, @Nullable EarlierImage earlier, CutSink sink) {
        this.bytes = bytes;
        this.map = map;
        this.earlier = earlier;
        this.sink = sink;
    }

    /** Takes what is owned, in order. */
    @FunctionalInterface
    interface OwnedSink {
        void accept(OwnedExtent extent) throws IOException;
    }

    /**
     * @param contentSizes size of each content by its owner number
     */
    void cut(CutPlan plan, IntToLongFunction contentSizes) throws IOException {
        cutRest(plan, extent -> content(plan, extent, contentSizes.applyAsLong(extent.owner())));
    }

    /**
     * Cuts what no content owns.
     *
     * @param owned gives the sink what belongs into each extent that a content owns
     */
    void cutRest(CutPlan plan, OwnedSink owned) throws IOException {
        long at = 0;
        for (OwnedExtent extent : plan.owned()) {
            rest(plan, at, extent.offset());
            owned.accept(extent);
            at = extent.end();
        }
        rest(plan, at, bytes.length());
    }

    private void content(CutPlan plan, OwnedExtent extent, long contentSize) throws IOException {
        for (long place = extent.ownerOffset(); place < extent.ownerEnd(); ) {
            long start = extent.pieceStart(place);
            long end = extent.pieceEnd(place);
            int length = (int) (Math.min(end, extent.ownerEnd()) - place);
            long offset = extent.offset() + place - extent.ownerOffset();
            SpanningPiece spanning = plan.spanning(extent.owner(), start);
            boolean whole = start == 0 && end == contentSize;
            if (spanning != null) {
                sink.part(spanning, (int) (place - start), length, extent.owner(), whole);
            } else if (map.isZero(offset, length)) {
                sink.zeros(length);
            } else {
                sink.piece(offset, length, extent.owner(), whole && length == contentSize);
            }
            place += length;
        }
    }

    /** What no content owns: opaque ranges, and what lies between them. */
    private void rest(CutPlan plan, long from, long to) throws IOException {
        long at = from;
        List<Extent> opaque = plan.opaque();
        for (int i = firstEndingAfter(opaque, from);
                i < opaque.size() && opaque.get(i).offset() < to;
                i++) {
            Extent range = opaque.get(i);
            alignedRuns(at, Math.max(at, range.offset()));
            at = Math.max(at, range.offset());
            long end = Math.min(to, range.end());
            byContent(at, end);
            at = Math.max(at, end);
        }
        alignedRuns(at, to);
    }

    private static int firstEndingAfter(List<Extent> ranges, long offset) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).end() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void alignedRuns(long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            if (map.isZeroBlock(at)) {
                long end = Math.min(to, map.endOfRun(at));
                sink.zeros(end - at);
                at = end;
            } else {
                long end =
                        Math.min(Math.min(to, map.endOfRun(at)), at - at % RUN_BYTES + RUN_BYTES);
                alignedRun(at, (int) (end - at));
                at = end;
            }
        }
    }

    /** A run without zero blocks that does not cross a multiple of 64 KiB. */
    private void alignedRun(long offset, int length) throws IOException {
        bytes.readFully(offset, run.clear().limit(length));
        run.flip();
        EarlierImage before =
                earlier != null && earlier.read(offset, same.clear().limit(length))
                        ? earlier
                        : null;
        int pending = 0;
        for (int at = 0; at < length; ) {
            int end = Math.min(length, (int) (at + BLOCK - (offset + at) % BLOCK));
            if (UploadMap.isZero(run.array(), at, end - at)) {
                // The slack behind a file's end: its block holds data, this part of it does not.
                flush(pending, at);
                sink.zeros(end - at);
                pending = end;
            } else if (before != null && run.slice(at, end - at).equals(same.slice(at, end - at))) {
                flush(pending, at);
                before.forEachRun(offset + at, end - at, sink::stored);
                pending = end;
            }
            at = end;
        }
        flush(pending, length);
    }

    private void flush(int from, int to) throws IOException {
        if (from < to) {
            sink.chunk(run.slice(from, to - from));
        }
    }

    private void byContent(long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            long end = Math.min(to, map.endOfRun(at));
            if (map.isZeroBlock(at)) {
                sink.zeros(end - at);
            } else {
                byContentWithoutZeros(at, end);
            }
            at = end;
        }
    }

    private void byContentWithoutZeros(long from, long to) throws IOException {
        if (contentWindow == null) {
            contentWindow = ByteBuffer.allocate(CONTENT_WINDOW_BYTES);
        }
        ByteBuffer window = contentWindow.clear().limit(0);
        for (long read = from; read < to || window.hasRemaining(); ) {
            if (window.remaining() < ContentCutter.MAX_BYTES && read < to) {
                window.compact()
                        .limit((int) Math.min(window.capacity(), window.position() + to - read));
                int wanted = window.remaining();
                bytes.readFully(read, window);
                read += wanted;
                window.flip();
            }
            int length = ContentCutter.cut(window, read == to);
            sink.chunk(window.slice(window.position(), length));
            window.position(window.position() + length);
        }
    }
}
