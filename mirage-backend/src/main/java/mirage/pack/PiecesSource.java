package mirage.pack;

import mirage.bytes.ByteSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Buffers one behind the other, none of them empty. */
final class PiecesSource implements ByteSource {
    private final ByteBuffer[] pieces;
    private final long[] offsets;
    private final long length;

    PiecesSource(List<ByteBuffer> pieces) {
        this.pieces = pieces.stream().map(ByteBuffer::slice).toArray(ByteBuffer[]::new);
        this.offsets = new long[this.pieces.length];
        long end = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = end;
            end += this.pieces[i].capacity();
        }
        this.length = end;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int readAt(long position, ByteBuffer target) {
        int before = target.position();
        long at = position;
        for (int i = pieceAt(position); i < pieces.length && target.hasRemaining(); i++) {
            int start = (int) (at - offsets[i]);
            int count = Math.min(target.remaining(), pieces[i].capacity() - start);
            target.put(pieces[i].slice(start, count));
            at += count;
        }
        return target.position() - before;
    }

    private int pieceAt(long position) {
        if (position >= length) {
            return pieces.length;
        }
        int found = Arrays.binarySearch(offsets, position);
        return found >= 0 ? found : -found - 2;
    }
}
