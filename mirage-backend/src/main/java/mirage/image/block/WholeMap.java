package mirage.image.block;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import java.io.IOException;

/**
 * The whole of a disk's map, from one walk over its tables: what lies plain in the container, what lies encoded,
 * and whether part of it cannot be read. Costs reading the tables once (8 MiB for a full 64 GiB qcow2 disk with clusters of 64 KiB) and
 * 20 to 24 bytes for a run of plain or a cluster of encoded data.
 */
public record WholeMap(ExtentMap plain, EncodedClusters encoded, boolean broken) {
    /**
     * Hostile tables can name the same few clusters over and over. These bound what such an image costs (100 MB of
     * heap, a second or two); honest ones stay far below them: 4 million clusters of 64 KiB are 256 GiB compressed, or
     * as much written without any two neighbours.
     */
    private static final int MAX_PLACED = 4 << 20;

    private static final int MAX_PIECES = 4 * MAX_PLACED;

    /**
     * @param format for messages
     * @param clusterBytes decoded length of an encoded cluster
     * @param memory of the image
     * @throws FormatException when the map has more pieces than we hold
     */
    public static WholeMap walk(
            DiskMap map,
            String format,
            int clusterBytes,
            Warnings warnings,
            MemoryPool.Share memory)
            throws IOException {
        ExtentMap.Builder plain = new ExtentMap.Builder();
        EncodedClusters.Builder encoded = new EncodedClusters.Builder(clusterBytes);
        Damage damage = new Damage();
        int pieces = 0;
        int placed = 0;
        for (long at = 0; at < map.diskBytes(); ) {
            Piece piece = map.pieceAt(at, Long.MAX_VALUE);
            switch (piece) {
                case Piece.Plain run -> plain.add(at, run.length(), run.containerOffset());
                case Piece.Encoded cluster ->
                        encoded.add(
                                cluster.containerOffset(),
                                cluster.storedLength(),
                                cluster.clusterStart());
                case Piece.Hole hole -> damage.noteLost(hole, at);
                case Piece.Broken broken -> damage.noteBroken(broken, at, warnings);
            }
            pieces++;
            int before = placed;
            placed = plain.runCount() + encoded.size();
            if (pieces > MAX_PIECES
                    || placed > MAX_PLACED
                    || placed > before && !memory.take(ExtentMap.Builder.BYTES_WHILE_BUILT)) {
                // The image is opaque, and what else is in its archive may need it.
                memory.giveBack((long) ExtentMap.Builder.BYTES_WHILE_BUILT * before);
                throw new FormatException(
                        format
                                + " map: more than the "
                                + before
                                + " runs that can be kept, in the first "
                                + at
                                + " bytes of the disk");
            }
            at += piece.length();
        }
        damage.sum(format, warnings);
        WholeMap whole = new WholeMap(plain.build(), encoded.build(), damage.brokenBytes > 0);
        memory.giveBack(
                (long) (ExtentMap.Builder.BYTES_WHILE_BUILT - ExtentMap.RUN_BYTES) * placed);
        return whole;
    }

    /** Adds up what is not as it should be; single notes are kept few. */
    private static final class Damage {
        private static final int MAX_NOTES = 8;

        private long lostBytes;
        private long firstLost;
        private long brokenBytes;
        private int notes;

        void noteLost(Piece.Hole hole, long at) {
            if (!hole.lost()) {
                return;
            }
            if (lostBytes == 0) {
                firstLost = at;
            }
            lostBytes += hole.length();
        }

        void noteBroken(Piece.Broken broken, long at, Warnings warnings) {
            brokenBytes += broken.length();
            if (notes < MAX_NOTES) {
                notes++;
                warnings.add(broken.describe(at));
            }
        }

        void sum(String format, Warnings warnings) {
            if (lostBytes > 0) {
                warnings.add(
                        format
                                + " container is truncated: "
                                + lostBytes
                                + " bytes of the disk, the first at "
                                + firstLost
                                + ", lie past its end and read as zeros");
            }
            if (brokenBytes > 0) {
                warnings.add(
                        format
                                + " tables are damaged: "
                                + brokenBytes
                                + " bytes of the disk cannot be read");
            }
        }
    }
}
