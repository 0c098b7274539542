package mirage.deflate;

/**
 * How a dynamic block says which codes it uses (RFC 1951, section 3.2.7): the lengths of all words, runs of equal ones
 * shortened, in a code whose own lengths come first.
 */
final class CodeDescription {
    private static final int SYMBOLS = 19;
    private static final int LIMIT = 7;
    private static final int REPEAT = 16;
    private static final int SHORT_ZEROS = 17;
    private static final int LONG_ZEROS = 18;
    private static final int LEAST_RUN = 3;
    private static final int MOST_REPEATS = 6;
    private static final int MOST_SHORT_ZEROS = 10;
    private static final int MOST_ZEROS = 138;
    private static final int LEAST_LENGTHS = 4;

    /** Which symbols' lengths come first: those that are used least come last, and are left out. */
    private static final int[] SEQUENCE = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
    };

    private final PrefixCode code = new PrefixCode(SYMBOLS, LIMIT);

    /** A symbol each, and what its extra bits say above eight bits. */
    private final int[] steps = new int[Alphabet.LITERALS + Alphabet.DISTANCES];

    private int count;
    private int literals;
    private int distances;
    private int lengthsWritten;

    /** Takes the codes to describe. */
    void describe(PrefixCode literalCode, PrefixCode distanceCode) {
        literals = literalCode.symbolEnd();
        distances = distanceCode.symbolEnd();
        count = 0;
        code.forget();
        addRuns(literalCode.lengths, literals);
        addRuns(distanceCode.lengths, distances);
        code.build();
        lengthsWritten = SYMBOLS;
        while (lengthsWritten > LEAST_LENGTHS && code.lengths[SEQUENCE[lengthsWritten - 1]] == 0) {
            lengthsWritten--;
        }
    }

    /** How long the description is. */
    long bits() {
        long extra = 0;
        for (int symbol = REPEAT; symbol <= LONG_ZEROS; symbol++) {
            extra += (long) code.frequency[symbol] * extraBits(symbol);
        }
        return 5 + 5 + 4 + 3 * lengthsWritten + code.bitsWith(code.lengths) + extra;
    }

    /** Writes it. Room must be reserved. */
    void write(BitWriter out) {
        out.put(literals - 257, 5);
        out.put(distances - 1, 5);
        out.put(lengthsWritten - LEAST_LENGTHS, 4);
        for (int index = 0; index < lengthsWritten; index++) {
            out.put(code.lengths[SEQUENCE[index]], 3);
        }
        for (int index = 0; index < count; index++) {
            int symbol = steps[index] & 0xff;
            out.put(code.words[symbol], code.lengths[symbol]);
            out.put(steps[index] >>> 8, extraBits(symbol));
        }
    }

    private void addRuns(int[] lengths, int end) {
        int from = 0;
        while (from < end) {
            int to = from + 1;
            while (to < end && lengths[to] == lengths[from]) {
                to++;
            }
            if (lengths[from] == 0) {
                addZeros(to - from);
            } else {
                addEqual(lengths[from], to - from);
            }
            from = to;
        }
    }

    private void addZeros(int run) {
        for (int left = run; left > 0; ) {
            int part = Math.min(left, MOST_ZEROS);
            if (part > MOST_SHORT_ZEROS) {
                add(LONG_ZEROS, part - MOST_SHORT_ZEROS - 1);
            } else if (part >= LEAST_RUN) {
                add(SHORT_ZEROS, part - LEAST_RUN);
            } else {
                addOneByOne(0, part);
            }
            left -= part;
        }
    }

    private void addEqual(int length, int run) {
        add(length, 0);
        for (int left = run - 1; left > 0; ) {
            int part = Math.min(left, MOST_REPEATS);
            if (part >= LEAST_RUN) {
                add(REPEAT, part - LEAST_RUN);
            } else {
                addOneByOne(length, part);
            }
            left -= part;
        }
    }

    private void addOneByOne(int length, int times) {
        for (int i = 0; i < times; i++) {
            add(length, 0);
        }
    }

    private void add(int symbol, int extra) {
        steps[count++] = symbol | extra << 8;
        code.frequency[symbol]++;
    }

    private static int extraBits(int symbol) {
        return switch (symbol) {
            case REPEAT -> 2;
            case SHORT_ZEROS -> 3;
            case LONG_ZEROS -> 7;
            default -> 0;
        };
    }
}
