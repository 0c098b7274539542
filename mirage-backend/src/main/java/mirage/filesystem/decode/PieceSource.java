package mirage.filesystem.decode;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is decoded in pieces where it is read. Subclasses say which piece holds a byte. */
public abstract class PieceSource implements ByteSource {
    private final long length;

    /**
     * @param length of the file in bytes
     */
    protected PieceSource(long length) {
        this.length = length;
    }

    /**
     * Neighbouring bytes of a file.
     *
     * @param start of the piece in the file
     * @param length of the piece, greater than 0
     * @param bytes holds them decoded; not changed
     * @param from where in {@code bytes} they begin; what is behind the end of {@code bytes} is zeros
     */
    public record Piece(long start, long length, byte[] bytes, int from) {}

    /**
     * The piece around a byte.
     *
     * @param position from 0 to less than the length of the file
     * @throws mirage.bytes.FormatException when it cannot be decoded
     */
    protected abstract Piece piece(long position) throws IOException;

    @Override
    public final long length() {
        return length;
    }

    @Override
    public final int readAt(long position, ByteBuffer target) throws IOException {
        if (position >= length) {
            return 0;
        }
        int wanted = (int) Math.min(target.remaining(), length - position);
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            Piece piece = piece(at);
            long offset = at - piece.start;
            int count = (int) Math.min(wanted - done, piece.length - offset);
            int held = (int) Math.clamp(piece.bytes.length - piece.from - offset, 0L, count);
            if (held > 0) {
                target.put(piece.bytes, (int) (piece.from + offset), held);
            }
            ByteSources.putZeros(target, count - held);
            done += count;
        }
        return wanted;
    }
}
