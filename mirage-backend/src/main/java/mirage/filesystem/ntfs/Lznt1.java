package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;

import java.nio.ByteBuffer;

/**
 * Decompresses what NTFS compresses: chunks of 4096 bytes, each literals and copies from before within it. [MS-XCA]
 * 2.5, "LZNT1 Algorithm Details".
 */
final class Lznt1 {
    private static final int CHUNK_BYTES = 4096;
    private static final int COMPRESSED = 0x8000;
    private static final int SIGNATURE_MASK = 0x7000;
    private static final int SIGNATURE = 0x3000;
    private static final int LENGTH_MASK = 0xfff;
    private static final int SHORTEST_COPY = 3;
    private static final int SMALLEST_OFFSET_BITS = 4;

    private Lznt1() {}

    /**
     * Decompresses one unit. What the chunks do not fill are zeros.
     *
     * @param stored chunks, up to a header of 0 or the end; little endian
     * @param unitBytes of the unit, a multiple of 4096 or less than it
     * @throws FormatException when a chunk makes no sense
     */
    static byte[] decode(ByteBuffer stored, int unitBytes) throws FormatException {
        byte[] unit = new byte[unitBytes];
        int at = 0;
        for (int start = 0; start < unitBytes && at + 2 <= stored.limit(); start += CHUNK_BYTES) {
            int header = stored.getChar(at);
            if (header == 0) {
                break;
            }
            int end = at + 3 + (header & LENGTH_MASK);
            if ((header & SIGNATURE_MASK) != SIGNATURE || end > stored.limit()) {
                throw new FormatException(
                        "ntfs compressed chunk at "
                                + at
                                + ": header 0x"
                                + Integer.toHexString(header)
                                + " makes no sense in "
                                + stored.limit()
                                + " bytes");
            }
            int limit = Math.min(start + CHUNK_BYTES, unitBytes);
            if ((header & COMPRESSED) == 0) {
                stored.get(at + 2, unit, start, Math.min(end - at - 2, limit - start));
            } else {
                decodeChunk(stored, at + 2, end, unit, start, limit);
            }
            at = end;
        }
        return unit;
    }

    /** Groups of eight elements, with a bit for each in a byte before them: 0 a literal, 1 a copy. */
    private static void decodeChunk(
            ByteBuffer stored, int from, int end, byte[] unit, int start, int limit)
            throws FormatException {
        int at = from;
        int to = start;
        while (at < end && to < limit) {
            int copies = stored.get(at++);
            for (int bit = 0; bit < 8 && at < end && to < limit; bit++) {
                if ((copies >> bit & 1) == 0) {
                    unit[to++] = stored.get(at++);
                    continue;
                }
                if (at + 2 > end) {
                    throw new FormatException("ntfs compressed chunk: a copy is cut off at " + at);
                }
                int copy = stored.getChar(at);
                at += 2;
                int lengthBits = 16 - offsetBits(to - start);
                int offset = (copy >> lengthBits) + 1;
                int length = (copy & (1 << lengthBits) - 1) + SHORTEST_COPY;
                if (offset > to - start) {
                    throw new FormatException(
                            "ntfs compressed chunk: a copy from "
                                    + offset
                                    + " bytes before "
                                    + (to - start));
                }
                for (int i = 0; i < length && to < limit; i++, to++) {
                    unit[to] = unit[to - offset];
                }
            }
        }
    }

    /** As many as the offsets at a place of a chunk need: more, the further it is from the chunk's begin. */
    private static int offsetBits(int place) {
        int bits = SMALLEST_OFFSET_BITS;
        while (place > 1 << bits) {
            bits++;
        }
        return bits;
    }
}
