package mirage.ingest;

import mirage.bytes.Extent;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who owns each byte of a container, in the order of the container: contents that are cut by themselves (files,
 * encoded clusters), ranges in which nothing is understood, and the rest (tables, journals, directories, freed
 * blocks).
 *
 * <p>Bytes that several contents claim belong to the first of them, and the others keep what nobody else owns: files
 * may share their blocks, and where they should not have, the recipe is made of bytes, so that a wrong plan costs
 * sharing and never a byte.
 */
final class CutPlan {
    private final List<OwnedExtent> owned;
    private final Map<PieceKey, SpanningPiece> spanning;
    private final List<Extent> opaque;

    private CutPlan(
            List<OwnedExtent> owned, Map<PieceKey, SpanningPiece> spanning, List<Extent> opaque) {
        this.owned = owned;
        this.spanning = spanning;
        this.opaque = opaque;
    }

    /** By offset, without overlap. */
    List<OwnedExtent> owned() {
        return owned;
    }

    /** Ranges in which nothing is understood, by offset, without overlap. */
    List<Extent> opaque() {
        return opaque;
    }

    /** The piece that begins at a place of a content, when it lies in more than one extent; null otherwise. */
    @Nullable SpanningPiece spanning(int owner, long pieceStart) {
        return spanning.get(new PieceKey(owner, pieceStart));
    }

    /** A piece by its content and where in it it begins. */
    private record PieceKey(int owner, long start) {}

    static final class Builder {
        /** The files of an honest image have one or two each. */
        private static final int MAX_EXTENTS = 8 << 20;

        /** Of a part of a piece that lies in several places, as those of fragmented files do. */
        private static final int PART_BYTES = 200;

        private static final int MAX_PARTS = 4 << 20;

        private final long containerLength;
        private final MemoryPool.Share memory;
        private final BitSet outside = new BitSet();
        private long dropped;
        private final List<OwnedExtent> extents = new ArrayList<>();
        private final RangeUnion opaque;
        private boolean opaqueLeftOut;

        /**
         * @param memory of the image
         */
        Builder(long containerLength, MemoryPool.Share memory) {
            this.containerLength = containerLength;
            this.memory = memory;
            this.opaque = new RangeUnion(memory);
        }

        /**
         * Adds a content.
         *
         * @param map place in the content to place in the container
         * @param size of the content; what the map has behind it (the slack of the last block) is not its
         */
        void addContent(int owner, ExtentMap map, long size) throws InterruptedIOException {
            for (int first = 0; first < map.runCount(); ) {
                int next = first + 1;
                while (next < map.runCount() && map.run(next).offset() == map.run(next - 1).end()) {
                    next++;
                }
                long stretchStart = map.run(first).offset();
                long stretchEnd = Math.min(size, map.run(next - 1).end());
                for (; first < next; first++) {
                    ExtentMap.Run run = map.run(first);
                    long length = Math.min(run.end(), stretchEnd) - run.offset();
                    if (length > 0) {
                        add(
                                new OwnedExtent(
                                        run.target(),
                                        length,
                                        owner,
                                        run.offset(),
                                        stretchStart,
                                        stretchEnd));
                    }
                }
            }
        }

        private void add(OwnedExtent extent) throws InterruptedIOException {
            if (extent.end() > containerLength) {
                outside.set(extent.owner());
            } else if (extents.size() < MAX_EXTENTS && memory.take(OwnedExtent.BYTES)) {
                extents.add(extent);
            } else {
                dropped++;
            }
        }

        /** Adds a range in which nothing is understood. */
        void addOpaque(Extent range) throws InterruptedIOException {
            opaqueLeftOut |= !opaque.add(range);
        }

        CutPlan build(Warnings warnings) throws InterruptedIOException {
            if (!outside.isEmpty()) {
                warnings.add(
                        outside.cardinality()
                                + " files claim blocks behind the end, the first at owner "
                                + outside.nextSetBit(0)
                                + "; their ranges are stored without regard to files");
                extents.removeIf(extent -> outside.get(extent.owner()));
            }
            if (dropped > 0) {
                warnings.add(
                        dropped
                                + " pieces of files behind the first "
                                + extents.size()
                                + " are stored without regard to files");
            }
            if (opaqueLeftOut) {
                warnings.add(
                        "what is not understood of the disk is in too many pieces: some are stored as if they were");
            }
            List<OwnedExtent> owned = SharedExtents.toFirstOwner(extents, memory);
            return new CutPlan(owned, spanningPieces(owned), opaque.joined());
        }

        /** Those of which all parts are there. */
        private Map<PieceKey, SpanningPiece> spanningPieces(List<OwnedExtent> owned)
                throws InterruptedIOException {
            Map<PieceKey, SpanningPiece> pieces = new HashMap<>();
            int parts = 0;
            for (OwnedExtent extent : owned) {
                int more =
                        collect(extent, extent.ownerOffset(), pieces)
                                + collect(extent, extent.ownerEnd() - 1, pieces);
                parts += more;
                if (parts > MAX_PARTS || !memory.take((long) PART_BYTES * more)) {
                    break;
                }
            }
            pieces.values().removeIf(piece -> !piece.isComplete());
            return pieces;
        }

        /**
         * Notes the part of an extent that belongs to the piece around a place, if the piece is larger than it.
         *
         * @return how many parts that are
         */
        private static int collect(
                OwnedExtent extent, long place, Map<PieceKey, SpanningPiece> pieces) {
            long start = extent.pieceStart(place);
            long end = extent.pieceEnd(place);
            if (start >= extent.ownerOffset() && end <= extent.ownerEnd()) {
                return 0;
            }
            long from = Math.max(start, extent.ownerOffset());
            long to = Math.min(end, extent.ownerEnd());
            pieces.computeIfAbsent(
                            new PieceKey(extent.owner(), start),
                            _ -> new SpanningPiece((int) (end - start)))
                    .add(
                            (int) (from - start),
                            extent.offset() + from - extent.ownerOffset(),
                            (int) (to - from));
            return 1;
        }
    }
}
