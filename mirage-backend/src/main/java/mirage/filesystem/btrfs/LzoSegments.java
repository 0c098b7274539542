package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.filesystem.decode.Lzo1x;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What btrfs makes of LZO: the length of all, then segments, each its length and an LZO1X stream that decodes to a
 * sector, the last one to less. A length never spans sectors of what is stored: where fewer than 4 bytes are left of
 * one, they are padding. "Compression", {@code fs/btrfs/lzo.c} describes it in its opening comment.
 */
final class LzoSegments {
    private static final int LENGTH_BYTES = 4;

    private LzoSegments() {}

    /** Fills {@code decoded} as far as the segments go. */
    static void decode(byte[] stored, byte[] decoded, int sectorSize) throws FormatException {
        ByteBuffer in = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        int end = length(in, 0, stored.length, LENGTH_BYTES);
        int done = 0;
        for (int at = LENGTH_BYTES; at < end && done < decoded.length; ) {
            int left = sectorSize - at % sectorSize;
            if (left < LENGTH_BYTES) {
                at += left;
            }
            int length = length(in, at, end - at - LENGTH_BYTES, 1);
            int room = Math.min(sectorSize, decoded.length - done);
            at += LENGTH_BYTES;
            done += Lzo1x.decode(stored, at, length, decoded, done, room);
            at += length;
        }
    }

    private static int length(ByteBuffer in, int at, int most, int least) throws FormatException {
        long length = most < least ? -1 : Integer.toUnsignedLong(in.getInt(at));
        if (length < least || length > most) {
            throw new FormatException(
                    "lzo length at "
                            + at
                            + ": expected from "
                            + least
                            + " to "
                            + most
                            + ", found "
                            + length);
        }
        return (int) length;
    }
}
