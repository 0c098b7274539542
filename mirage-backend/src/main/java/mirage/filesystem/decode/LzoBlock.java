package mirage.filesystem.decode;

import mirage.bytes.FormatException;

/**
 * LZO1X streams: Linux kernel documentation, "LZO stream format as understood by Linux' LZO decompressor"
 * ({@code Documentation/staging/lzo.rst}). Instructions copy a match from what was decoded before and then up to three
 * literals; what the smallest instructions mean depends on how many literals went before.
 */
final class LzoBlock {
    /** State behind a run of four or more literals; smaller states count the literals of the last instruction. */
    private static final int AFTER_RUN = 4;

    private static final int END_DISTANCE = 0x4000;

    private final byte[] in;
    private final byte[] out;
    private int from;
    private int to;

    private LzoBlock(byte[] in, byte[] out) {
        this.in = in;
        this.out = out;
    }

    static int decode(byte[] stored, byte[] target) throws FormatException {
        LzoBlock block = new LzoBlock(stored, target);
        block.run();
        return block.to;
    }

    private void run() throws FormatException {
        int state = first();
        while (state >= 0) {
            state = instruction(next(), state);
        }
        if (from != in.length) {
            throw broken("more behind the end");
        }
    }

    /** The first byte may stand for literals alone. */
    private int first() throws FormatException {
        if (in.length == 0 || (in[0] & 0xff) <= 17) {
            return 0;
        }
        int literals = next() - 17;
        copyLiterals(literals);
        return Math.min(literals, AFTER_RUN);
    }

    /**
     * @return the next state, negative at the end of the stream
     */
    private int instruction(int code, int state) throws FormatException {
        if (code >= 64) {
            int length = code >= 128 ? 5 + (code >>> 5 & 3) : 3 + (code >>> 5 & 1);
            return match((next() << 3) + (code >>> 2 & 7) + 1, length, code & 3);
        }
        if (code >= 32) {
            int length = 2 + length(code & 31, 31);
            int word = next() | next() << 8;
            return match((word >>> 2) + 1, length, word & 3);
        }
        if (code >= 16) {
            int length = 2 + length(code & 7, 7);
            int word = next() | next() << 8;
            int distance = END_DISTANCE + ((code & 8) << 11) + (word >>> 2);
            return distance == END_DISTANCE ? -1 : match(distance, length, word & 3);
        }
        if (state == 0) {
            copyLiterals(3 + length(code, 15));
            return AFTER_RUN;
        }
        int near = (next() << 2) + (code >>> 2) + 1;
        return state == AFTER_RUN ? match(near + 2048, 3, code & 3) : match(near, 2, code & 3);
    }

    private int match(int distance, int length, int literals) throws FormatException {
        if (distance > to) {
            throw broken("a match " + distance + " bytes back");
        }
        if (length > out.length - to) {
            throw BlockDecoders.tooLong("lzo", out);
        }
        for (int end = to + length; to < end; to++) {
            out[to] = out[to - distance];
        }
        copyLiterals(literals);
        return literals;
    }

    private void copyLiterals(int count) throws FormatException {
        if (count > out.length - to) {
            throw BlockDecoders.tooLong("lzo", out);
        }
        if (count > in.length - from) {
            throw broken("literals behind the end");
        }
        System.arraycopy(in, from, out, to, count);
        from += count;
        to += count;
    }

    /** A length that does not fit into its code goes on in the bytes behind it. */
    private int length(int coded, int most) throws FormatException {
        if (coded != 0) {
            return coded;
        }
        int length = most;
        int more = next();
        while (more == 0) {
            length += 255;
            if (length > out.length) {
                throw BlockDecoders.tooLong("lzo", out);
            }
            more = next();
        }
        return length + more;
    }

    private int next() throws FormatException {
        if (from >= in.length) {
            throw broken("the end in an instruction");
        }
        return in[from++] & 0xff;
    }

    private FormatException broken(String found) {
        return new FormatException("lzo block: " + found + " at " + from + " of " + in.length);
    }
}
