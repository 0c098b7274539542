package mirage.deflate;

import java.util.Arrays;

/** The symbols of literals, lengths and distances, and the bits behind them (RFC 1951, section 3.2.5). */
final class Alphabet {
    /** The symbol that ends a block. Below it are literals, above it lengths. */
    static final int END = 256;

    static final int FIRST_LENGTH = END + 1;
    static final int LENGTHS = 29;
    static final int LITERALS = FIRST_LENGTH + LENGTHS;
    static final int DISTANCES = 30;

    /** By length - 3. */
    private static final byte[] LENGTH_SYMBOLS = new byte[256];

    /** The codes of fixed blocks (section 3.2.6). */
    static final PrefixCode FIXED_LITERALS;

    static final PrefixCode FIXED_DISTANCES;

    static {
        for (int offset = 0; offset < 255; offset++) {
            LENGTH_SYMBOLS[offset] = (byte) lengthSymbol(offset);
        }
        LENGTH_SYMBOLS[255] = LENGTHS - 1;

        int[] literals = new int[288];
        Arrays.fill(literals, 0, 144, 8);
        Arrays.fill(literals, 144, 256, 9);
        Arrays.fill(literals, 256, 280, 7);
        Arrays.fill(literals, 280, 288, 8);
        FIXED_LITERALS = PrefixCode.ofLengths(literals);
        int[] distances = new int[DISTANCES];
        Arrays.fill(distances, 5);
        FIXED_DISTANCES = PrefixCode.ofLengths(distances);
    }

    private Alphabet() {}

    /** From 0 to 28: four symbols for each power of two, but the longest length has one of its own. */
    private static int lengthSymbol(int offset) {
        if (offset < 8) {
            return offset;
        }
        int log = 31 - Integer.numberOfLeadingZeros(offset);
        return 4 * (log - 1) + (offset >>> (log - 2) & 3);
    }

    /**
     * @param offset the length - 3
     */
    static int symbolOfLength(int offset) {
        return FIRST_LENGTH + LENGTH_SYMBOLS[offset];
    }

    /** How many bits follow the symbol of a length; they are the lowest ones of the length - 3. */
    static int extraBitsOfLength(int symbol) {
        int number = symbol - FIRST_LENGTH;
        return number < 8 || number == LENGTHS - 1 ? 0 : (number >>> 2) - 1;
    }

    /**
     * From 0 to 29: two symbols for each power of two.
     *
     * @param offset the distance - 1
     */
    static int symbolOfDistance(int offset) {
        if (offset < 4) {
            return offset;
        }
        int log = 31 - Integer.numberOfLeadingZeros(offset);
        return 2 * log + (offset >>> (log - 1) & 1);
    }

    /** How many bits follow the symbol of a distance; they are the lowest ones of the distance - 1. */
    static int extraBitsOfDistance(int symbol) {
        return symbol < 4 ? 0 : (symbol >>> 1) - 1;
    }
}
