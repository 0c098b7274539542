package mirage.filesystem.btrfs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.filesystem.RecentlyUsed;
import mirage.filesystem.WorkBudget;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The bytes of a file with compressed extents, decoded where they are read; what is between its extents reads as zeros.
 * Holds the extents that were decoded last, since reads mostly go on where the one before ended. Safe for use by many
 * threads.
 */
final class BtrfsContent implements ByteSource {
    /** 50 MiB of them; compressed, they make a file of 64 GiB. */
    private static final int MAX_PIECES = 1 << 19;

    /** Of up to 128 KiB. */
    private static final int MAX_DECODED = 8;

    private final ByteSource volume;
    private final int sectorSize;
    private final long length;
    private final List<Piece> pieces;
    private final WorkBudget work;
    private final Map<Long, byte[]> decoded = new RecentlyUsed<>(MAX_DECODED);

    /**
     * An extent, and where in the volume it lies.
     *
     * @param place 0 when the extent is in the tree
     */
    private record Piece(BtrfsExtent extent, long place) {
        long end() {
            return extent.at() + extent.length();
        }
    }

    private BtrfsContent(
            ByteSource volume, int sectorSize, long length, List<Piece> pieces, WorkBudget work) {
        this.volume = volume;
        this.sectorSize = sectorSize;
        this.length = length;
        this.pieces = pieces;
        this.work = work;
    }

    /**
     * @param source the bytes of the volume
     * @throws FormatException when any extent makes no sense, or is not on this device
     */
    static BtrfsContent open(
            ByteSource source, BtrfsVolume volume, BtrfsInode inode, WorkBudget work)
            throws IOException {
        List<Piece> pieces = new ArrayList<>();
        new BtrfsExtents(volume)
                .read(
                        inode,
                        extent -> {
                            if (extent.kind() != BtrfsExtent.Kind.HOLE
                                    && extent.length() > 0
                                    && extent.at() < inode.size()) {
                                pieces.add(new Piece(extent, place(volume, extent)));
                            }
                            if (pieces.size() > MAX_PIECES) {
                                throw new FormatException("more than " + MAX_PIECES + " extents");
                            }
                            return true;
                        },
                        what -> {
                            throw new FormatException("inode " + inode.number() + ": " + what);
                        });
        return new BtrfsContent(source, volume.blockSize(), inode.size(), pieces, work);
    }

    private static long place(BtrfsVolume volume, BtrfsExtent extent) throws FormatException {
        return extent.kind() == BtrfsExtent.Kind.INLINE
                ? 0
                : volume.chunks().place(extent.address(), extent.storedBytes());
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) throws IOException {
        int wanted = (int) Math.min(target.remaining(), Math.max(0, length - position));
        int end = target.limit();
        long at = position;
        long to = position + wanted;
        for (int i = firstEndingAfter(position); at < to; i++) {
            Piece piece = i < pieces.size() ? pieces.get(i) : null;
            long start = piece == null ? to : Math.min(to, piece.extent.at());
            if (start > at) {
                target.put(new byte[(int) (start - at)]);
                at = start;
            }
            if (piece != null && at < to) {
                int count = (int) (Math.min(to, piece.end()) - at);
                target.limit(target.position() + count);
                read(piece, at - piece.extent.at(), target);
                target.limit(end);
                at += count;
            }
        }
        return wanted;
    }

    private int firstEndingAfter(long position) {
        int low = 0;
        int high = pieces.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pieces.get(middle).end() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Fills a buffer.
     *
     * @param offset in the piece
     */
    private void read(Piece piece, long offset, ByteBuffer target) throws IOException {
        BtrfsExtent extent = piece.extent;
        long from = extent.skipped() + offset;
        if (extent.isPlain()) {
            volume.readFully(piece.place + from, target);
        } else {
            target.put(decoded(piece), (int) from, target.remaining());
        }
    }

    private byte[] decoded(Piece piece) throws IOException {
        synchronized (decoded) {
            byte[] known = decoded.get(piece.place);
            if (known != null) {
                return known;
            }
        }
        byte[] bytes = decode(piece);
        synchronized (decoded) {
            decoded.put(piece.place, bytes);
        }
        return bytes;
    }

    private byte[] decode(Piece piece) throws IOException {
        BtrfsExtent extent = piece.extent;
        work.charge(extent.storedBytes() + extent.decodedBytes());
        if (extent.compression() == null || extent.kind() == BtrfsExtent.Kind.INLINE) {
            return extent.inlineBytes(sectorSize);
        }
        byte[] stored = new byte[(int) extent.storedBytes()];
        volume.readFully(piece.place, ByteBuffer.wrap(stored));
        return extent.compression().decode(stored, (int) extent.decodedBytes(), sectorSize);
    }
}
