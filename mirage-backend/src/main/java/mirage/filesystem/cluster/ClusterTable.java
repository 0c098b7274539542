package mirage.filesystem.cluster;

import mirage.bytes.FormatException;
import mirage.filesystem.RecentlyUsed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The file allocation table: for each cluster the number of the one that follows it in its file. Entries of 12 bits are
 * packed, two in three bytes, the first in the lower half of them.
 */
public final class ClusterTable {
    /** A whole number of entries of any size. */
    private static final int PIECE_BYTES = 3 << 12;

    /** 24 MiB: the table of a FAT32 file system with six million clusters. */
    private static final int MAX_PIECES = 2048;

    /** The last eight values of each size end a chain, and the one before them marks a bad cluster. */
    private static final int END_VALUES = 8;

    private final ClusterVolume volume;
    private final ClusterGeometry geometry;
    private final Map<Long, ByteBuffer> pieces = new RecentlyUsed<>(MAX_PIECES);
    private boolean differs;

    public ClusterTable(ClusterVolume volume) {
        this.volume = volume;
        this.geometry = volume.geometry();
    }

    /**
     * What the table says of a cluster: the number of the next one, 0 when it is free, or a mark.
     *
     * @param cluster that the volume holds
     * @throws FormatException when the volume ends before the entry
     */
    public long next(long cluster) throws IOException {
        long firstBit = cluster * geometry.entryBits();
        long piece = firstBit / 8 / PIECE_BYTES;
        int bit = (int) (firstBit - piece * PIECE_BYTES * 8);
        int bytes = geometry.entryBits() == 32 ? 4 : 2;
        ByteBuffer entries = piece(piece);
        if (bit / 8 > entries.limit() - bytes) {
            throw new FormatException("the entry of cluster " + cluster + " is outside the volume");
        }
        long value =
                bytes == 4
                        ? Integer.toUnsignedLong(entries.getInt(bit / 8))
                        : Short.toUnsignedLong(entries.getShort(bit / 8));
        return value >>> bit % 8 & mask();
    }

    /** Whether what {@link #next} gave ends a chain. */
    public boolean isEnd(long value) {
        return value > mask() - END_VALUES;
    }

    /** Whether what {@link #next} gave marks a cluster that is not to be used. */
    public boolean isBad(long value) {
        return value == mask() - END_VALUES;
    }

    private long mask() {
        return (1L << geometry.valueBits()) - 1;
    }

    private ByteBuffer piece(long number) throws IOException {
        ByteBuffer piece = pieces.get(number);
        if (piece == null) {
            long at = number * PIECE_BYTES;
            piece = read(geometry.tableAt() + at);
            pieces.put(number, piece);
            compare(piece, at);
        }
        return piece;
    }

    private ByteBuffer read(long position) throws IOException {
        long left = Math.max(0, volume.length() - position);
        return volume.read(left == 0 ? 0 : position, (int) Math.min(PIECE_BYTES, left));
    }

    /** The copies are to be equal; which one a driver uses depends on the driver. */
    private void compare(ByteBuffer piece, long at) throws IOException {
        if (differs || geometry.otherTableAt() == ClusterGeometry.NO_TABLE) {
            return;
        }
        int used = (int) Math.min(piece.limit(), tableBytes() - at);
        ByteBuffer other = read(geometry.otherTableAt() + at);
        int same = piece.slice(0, used).mismatch(other.slice(0, Math.min(used, other.limit())));
        if (same >= 0) {
            differs = true;
            volume.warn("table: its copies differ at " + (at + same) + "; the one in use is read");
        }
    }

    /** To the end of the last cluster's entry. */
    private long tableBytes() {
        long entries = volume.clusters() + ClusterGeometry.FIRST_CLUSTER;
        return (entries * geometry.entryBits() + 7) / 8;
    }
}
