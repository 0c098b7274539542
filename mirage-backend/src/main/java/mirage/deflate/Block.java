package mirage.deflate;

/**
 * The literals and matches of one block, until it is full. Then they are written in whichever kind of block is the
 * smallest (RFC 1951, section 3.2.3): the bytes as they are, by the fixed codes, or by codes of their own.
 */
final class Block {
    static final int MAX_STORED_BYTES = 0xffff;

    private static final int STORED = 0;
    private static final int FIXED = 1;
    private static final int DYNAMIC = 2;

    private static final int KIND_BITS = 3;

    /** What zlib takes a stored block's own bytes for, whatever they are. */
    private static final int STORED_OVERHEAD_BYTES = 4;

    private final Matches matches;
    private final BitWriter out;

    /** Literals, or the distance of a match above eight bits that hold its length - 3. */
    private final int[] symbols;

    private int count;
    private int start;
    private final PrefixCode literals = new PrefixCode(Alphabet.LITERALS, 15);
    private final PrefixCode distances = new PrefixCode(Alphabet.DISTANCES, 15);
    private final CodeDescription description = new CodeDescription();

    Block(DeflateParameters parameters, Matches matches, BitWriter out) {
        this.matches = matches;
        this.out = out;
        symbols = new int[(1 << (parameters.memLevel() + 6)) - 1];
    }

    /** Begins at the begin of the content. */
    void begin() {
        start = 0;
        forget();
    }

    void literal(int value) {
        symbols[count++] = value;
        literals.frequency[value]++;
    }

    void match(int length, int distance) {
        int lengthOffset = length - Matches.MIN_LENGTH;
        symbols[count++] = distance << 8 | lengthOffset;
        literals.frequency[Alphabet.symbolOfLength(lengthOffset)]++;
        distances.frequency[Alphabet.symbolOfDistance(distance - 1)]++;
    }

    /** To be written before anything is added. */
    boolean isFull() {
        return count == symbols.length;
    }

    /**
     * Writes what was added, and begins the next block.
     *
     * @param end where in the content it ends
     */
    void write(int end, boolean last) {
        literals.frequency[Alphabet.END]++;
        literals.build();
        distances.build();
        description.describe(literals, distances);

        long extraBits = extraBits();
        long dynamicBytes =
                wholeBytes(
                        description.bits()
                                + literals.bitsWith(literals.lengths)
                                + distances.bitsWith(distances.lengths)
                                + extraBits);
        long fixedBytes =
                wholeBytes(
                        literals.bitsWith(Alphabet.FIXED_LITERALS.lengths)
                                + distances.bitsWith(Alphabet.FIXED_DISTANCES.lengths)
                                + extraBits);
        long coded = Math.min(fixedBytes, dynamicBytes);
        if (end - start + STORED_OVERHEAD_BYTES <= coded && start >= matches.origin()) {
            store(end, last);
            return;
        }
        out.reserve((int) coded);
        if (fixedBytes <= dynamicBytes) {
            out.put(FIXED << 1 | (last ? 1 : 0), KIND_BITS);
            writeSymbols(Alphabet.FIXED_LITERALS, Alphabet.FIXED_DISTANCES);
        } else {
            out.put(DYNAMIC << 1 | (last ? 1 : 0), KIND_BITS);
            description.write(out);
            writeSymbols(literals, distances);
        }
        start = end;
        forget();
    }

    /** Writes the content from where this block begins as it is, and begins the next block. */
    void store(int end, boolean last) {
        int length = end - start;
        out.reserve(1 + 2 * Short.BYTES);
        out.put(STORED << 1 | (last ? 1 : 0), KIND_BITS);
        out.align();
        out.put(length & 0xffff, Short.SIZE);
        out.put(~length & 0xffff, Short.SIZE);
        out.putBytes(matches.bytes(), start, length);
        start = end;
        forget();
    }

    private void forget() {
        count = 0;
        literals.forget();
        distances.forget();
    }

    private static long wholeBytes(long bits) {
        return (KIND_BITS + bits + 7) >>> 3;
    }

    private long extraBits() {
        long bits = 0;
        for (int symbol = Alphabet.FIRST_LENGTH; symbol < Alphabet.LITERALS; symbol++) {
            bits += (long) literals.frequency[symbol] * Alphabet.extraBitsOfLength(symbol);
        }
        for (int symbol = 0; symbol < Alphabet.DISTANCES; symbol++) {
            bits += (long) distances.frequency[symbol] * Alphabet.extraBitsOfDistance(symbol);
        }
        return bits;
    }

    private void writeSymbols(PrefixCode literalCode, PrefixCode distanceCode) {
        for (int index = 0; index < count; index++) {
            int symbol = symbols[index];
            if (symbol <= 0xff) {
                out.put(literalCode.words[symbol], literalCode.lengths[symbol]);
            } else {
                writeMatch(symbol & 0xff, (symbol >>> 8) - 1, literalCode, distanceCode);
            }
        }
        out.put(literalCode.words[Alphabet.END], literalCode.lengths[Alphabet.END]);
    }

    /** A match has 48 bits at most. */
    private void writeMatch(
            int lengthOffset, int distanceOffset, PrefixCode literalCode, PrefixCode distanceCode) {
        int symbol = Alphabet.symbolOfLength(lengthOffset);
        long bits = literalCode.words[symbol];
        int size = literalCode.lengths[symbol];
        int extra = Alphabet.extraBitsOfLength(symbol);
        bits |= (long) (lengthOffset & (1 << extra) - 1) << size;
        size += extra;
        int distanceSymbol = Alphabet.symbolOfDistance(distanceOffset);
        bits |= (long) distanceCode.words[distanceSymbol] << size;
        size += distanceCode.lengths[distanceSymbol];
        int distanceExtra = Alphabet.extraBitsOfDistance(distanceSymbol);
        bits |= (long) (distanceOffset & (1 << distanceExtra) - 1) << size;
        out.put(bits, size + distanceExtra);
    }
}
