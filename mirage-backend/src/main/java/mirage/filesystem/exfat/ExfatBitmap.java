package mirage.filesystem.exfat;

import static mirage.filesystem.cluster.ClusterGeometry.FIRST_CLUSTER;

import mirage.bytes.ExtentMap;
import mirage.filesystem.cluster.ClusterVolume;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Which clusters are in use. "Allocation Bitmap": a bit for each, lowest first. */
final class ExfatBitmap {
    private static final int PIECE_BYTES = 1 << 12;

    private final ClusterVolume volume;
    private final ExtentMap map;
    private final long bytes;
    private long pieceAt = -1;
    private ByteBuffer piece = ByteBuffer.allocate(0);

    /**
     * @param map of the bitmap, within the volume
     * @param bytes its length
     */
    ExfatBitmap(ClusterVolume volume, ExtentMap map, long bytes) {
        this.volume = volume;
        this.map = map;
        this.bytes = bytes;
    }

    /** The first cluster of a file that is not in use; 0 when all are, or the bitmap does not say. */
    long firstFree(ExtentMap file) throws IOException {
        for (int i = 0; i < file.runCount(); i++) {
            ExtentMap.Run run = file.run(i);
            long last = volume.clusterAt(run.target() + run.length() - 1);
            for (long cluster = volume.clusterAt(run.target()); cluster <= last; cluster++) {
                if (!isUsed(cluster - FIRST_CLUSTER)) {
                    return cluster;
                }
            }
        }
        return 0;
    }

    private boolean isUsed(long bit) throws IOException {
        long at = bit / 8;
        if (at >= bytes) {
            return true;
        }
        if (pieceAt != at / PIECE_BYTES) {
            pieceAt = at / PIECE_BYTES;
            long begin = pieceAt * PIECE_BYTES;
            piece = volume.content(map, begin, (int) Math.min(PIECE_BYTES, bytes - begin));
        }
        return (piece.get((int) (at % PIECE_BYTES)) >>> bit % 8 & 1) != 0;
    }
}
