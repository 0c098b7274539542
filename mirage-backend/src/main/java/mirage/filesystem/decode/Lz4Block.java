package mirage.filesystem.decode;

import mirage.bytes.FormatException;

/**
 * LZ4 blocks: <a href="https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md">LZ4 Block Format Description</a>. A
 * block is a run of sequences: a token with two lengths, literals, and a match in what was decoded before; the last
 * sequence ends behind its literals.
 */
public final class Lz4Block {
    private static final int MIN_MATCH = 4;
    private static final int MORE = 15;

    private final byte[] in;
    private final byte[] out;
    private int from;
    private int to;

    private Lz4Block(byte[] in, int from, byte[] out) {
        this.in = in;
        this.from = from;
        this.out = out;
    }

    /**
     * A whole block.
     *
     * @return how many bytes it decodes to
     */
    static int decode(byte[] stored, byte[] target) throws FormatException {
        Lz4Block block = new Lz4Block(stored, 0, target);
        block.run(false);
        return block.to;
    }

    /**
     * The beginning of a block: decodes until the target is full, whatever follows.
     *
     * @param from where in {@code stored} the block begins
     * @return how many bytes were decoded: less than the target holds when the block ends earlier
     */
    public static int decodeStart(byte[] stored, int from, byte[] target) throws FormatException {
        Lz4Block block = new Lz4Block(stored, from, target);
        block.run(true);
        return block.to;
    }

    private void run(boolean startOnly) throws FormatException {
        while (true) {
            int token = next();
            int literals = room(length(token >>> 4), startOnly);
            if (literals > in.length - from) {
                throw broken("literals behind the end");
            }
            System.arraycopy(in, from, out, to, literals);
            from += literals;
            to += literals;
            if (from == in.length || startOnly && to == out.length) {
                return;
            }
            int distance = next() | next() << 8;
            int match = room(MIN_MATCH + length(token & MORE), startOnly);
            if (distance == 0 || distance > to) {
                throw broken("a match " + distance + " bytes back");
            }
            copyMatch(distance, match);
            if (startOnly && to == out.length) {
                return;
            }
        }
    }

    private int length(int coded) throws FormatException {
        int length = coded;
        if (coded == MORE) {
            int more;
            do {
                more = next();
                length += more;
                if (length < 0) {
                    throw broken("a length without end");
                }
            } while (more == 0xff);
        }
        return length;
    }

    private int room(int length, boolean startOnly) throws FormatException {
        if (length < 0 || length > out.length - to) {
            if (!startOnly) {
                throw BlockDecoders.tooLong("lz4", out);
            }
            return out.length - to;
        }
        return length;
    }

    /** A match may reach into itself: what is copied is repeated. */
    private void copyMatch(int distance, int length) {
        for (int end = to + length; to < end; to++) {
            out[to] = out[to - distance];
        }
    }

    private int next() throws FormatException {
        if (from >= in.length) {
            throw broken("the end in a sequence");
        }
        return in[from++] & 0xff;
    }

    private FormatException broken(String found) {
        return new FormatException("lz4 block: " + found + " at " + from + " of " + in.length);
    }
}
