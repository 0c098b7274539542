package mirage.filesystem.erofs;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.decode.Lz4Block;
import mirage.filesystem.decode.PieceSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The content of a compressed file, decoded extent by extent where it is read. Safe for use by many threads. */
final class ErofsFileSource extends PieceSource {
    private final ByteSource volume;
    private final CompressedExtents extents;
    private final int blockSize;
    private final WorkBudget work;

    /** The extent that was read last: reading goes on in it. */
    private volatile Piece last = new Piece(0, 0, new byte[0], 0);

    ErofsFileSource(ByteSource volume, CompressedExtents extents, int blockSize, WorkBudget work) {
        super(extents.size());
        this.volume = volume;
        this.extents = extents;
        this.blockSize = blockSize;
        this.work = work;
    }

    @Override
    protected Piece piece(long position) throws IOException {
        Piece piece = last;
        if (position < piece.start() || position >= piece.start() + piece.length()) {
            piece = decode(extents.find(position));
            last = piece;
        }
        return piece;
    }

    private Piece decode(int index) throws IOException {
        work.charge(extents.stored(index) + extents.length(index));
        byte[] stored = new byte[extents.stored(index)];
        volume.readFully(extents.place(index), ByteBuffer.wrap(stored));
        int length = (int) extents.length(index);
        byte[] bytes =
                extents.isPlain(index)
                        ? rotated(stored, extents.rotation(index), length)
                        : decompressed(stored, extents.place(index), length);
        return new Piece(extents.start(index), length, bytes, 0);
    }

    private byte[] rotated(byte[] stored, int rotation, int length) {
        byte[] bytes = new byte[length];
        int ring = Math.min(stored.length, blockSize);
        for (int i = 0; i < length; i++) {
            int at = rotation + i;
            bytes[i] = stored[rotation == 0 || at < ring ? at : at - ring];
        }
        return bytes;
    }

    /** Zeros before a block pad it; what is behind it, in file systems without such zeros, is not looked at. */
    private byte[] decompressed(byte[] stored, long place, int length) throws FormatException {
        int from = 0;
        while (from < Math.min(stored.length, blockSize) && stored[from] == 0) {
            from++;
        }
        byte[] bytes = new byte[length];
        int decoded;
        try {
            decoded = Lz4Block.decodeStart(stored, from, bytes);
        } catch (FormatException e) {
            throw new FormatException("erofs extent at " + place + ": " + e.getMessage(), e);
        }
        if (decoded != length) {
            throw new FormatException(
                    "erofs extent at "
                            + place
                            + ": "
                            + length
                            + " bytes expected, found "
                            + decoded);
        }
        return bytes;
    }
}
