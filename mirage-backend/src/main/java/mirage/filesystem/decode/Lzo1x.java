package mirage.filesystem.decode;

import mirage.bytes.FormatException;

/**
 * Decodes an LZO1X stream, from the description of its instructions in the kernel's documentation, "LZO stream format
 * as understood by Linux's LZO decompressor". Each instruction copies bytes from what was decoded before and then up to
 * three literals; what the lowest instructions mean depends on how many literals came before them.
 */
public final class Lzo1x {
    /** Four or more literals were copied before. */
    private static final int AFTER_MANY = 4;

    private static final int MIN_FAR_DISTANCE = 1 << 14;

    private final byte[] in;
    private final int inEnd;
    private final byte[] out;
    private final int outStart;
    private final int outEnd;
    private int at;
    private int done;

    private Lzo1x(byte[] in, int at, int length, byte[] out, int outStart, int room) {
        this.in = in;
        this.at = at;
        this.inEnd = at + length;
        this.out = out;
        this.outStart = outStart;
        this.outEnd = outStart + room;
        this.done = outStart;
    }

    /**
     * @param at where in {@code in} the stream begins
     * @param length of the stream
     * @param outStart where in {@code out} its bytes go, before which it sees none
     * @param room how many may come
     * @return how many came
     * @throws FormatException when it is not whole, gives more than there is room for, or refers to what is not there
     */
    public static int decode(byte[] in, int at, int length, byte[] out, int outStart, int room)
            throws FormatException {
        return new Lzo1x(in, at, length, out, outStart, room).decode();
    }

    private int decode() throws FormatException {
        int literals = first();
        while (true) {
            int instruction = next();
            int trailing;
            if (instruction >= 64) {
                trailing = instruction & 3;
                copyShortMatch(instruction);
            } else if (instruction >= 16) {
                boolean isNear = instruction >= 32;
                int bits = instruction & (isNear ? 31 : 7);
                int length = 2 + longLength(bits, isNear ? 31 : 7);
                int word = next() | next() << 8;
                int far = isNear ? 1 : MIN_FAR_DISTANCE + ((instruction & 8) << 11);
                int distance = (word >> 2) + far;
                if (!isNear && distance == MIN_FAR_DISTANCE) {
                    return done - outStart;
                }
                trailing = word & 3;
                copyMatch(distance, length);
            } else if (literals == 0) {
                copyLiterals(3 + longLength(instruction, 15));
                literals = AFTER_MANY;
                continue;
            } else {
                boolean isAfterMany = literals == AFTER_MANY;
                trailing = instruction & 3;
                int least = isAfterMany ? 2049 : 1;
                copyMatch((next() << 2) + (instruction >> 2) + least, isAfterMany ? 3 : 2);
            }
            copyLiterals(trailing);
            literals = trailing;
        }
    }

    /** 3 to 8 bytes from within 2 KiB. */
    private void copyShortMatch(int instruction) throws FormatException {
        boolean isShortest = instruction < 128;
        int length = isShortest ? 3 + (instruction >> 5 & 1) : 5 + (instruction >> 5 & 3);
        copyMatch((next() << 3) + (instruction >> 2 & 7) + 1, length);
    }

    /** The first byte may be a run of literals of a form of its own. */
    private int first() throws FormatException {
        int instruction = at < inEnd ? in[at] & 0xff : 0;
        if (instruction <= 17) {
            return 0;
        }
        at++;
        int count = instruction - 17;
        copyLiterals(count);
        return Math.min(count, AFTER_MANY);
    }

    /** A length that does not fit its bits, all zero then, goes on: 255 for each zero byte, and a last byte. */
    private int longLength(int bits, int base) throws FormatException {
        if (bits != 0) {
            return bits;
        }
        int length = base;
        int octet = next();
        while (octet == 0) {
            length += 255;
            octet = next();
        }
        return length + octet;
    }

    private int next() throws FormatException {
        if (at >= inEnd) {
            throw new FormatException("lzo stream ends in its middle");
        }
        return in[at++] & 0xff;
    }

    private void copyLiterals(int count) throws FormatException {
        if (count > inEnd - at || count > outEnd - done) {
            throw new FormatException(
                    count + " literals are more than the lzo stream or its room hold");
        }
        System.arraycopy(in, at, out, done, count);
        at += count;
        done += count;
    }

    /** Byte by byte: a match may go on into what it makes itself. */
    private void copyMatch(int distance, int length) throws FormatException {
        if (distance > done - outStart || length > outEnd - done) {
            throw new FormatException(
                    "lzo match of "
                            + length
                            + " bytes "
                            + distance
                            + " back is outside what there is");
        }
        for (int i = 0; i < length; i++) {
            out[done] = out[done - distance];
            done++;
        }
    }
}
