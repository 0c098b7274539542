package mirage.deflate;

import java.util.Arrays;

/**
 * A Huffman code of symbols that were counted, with a limit for the length of its words; the words themselves follow from
 * the lengths (RFC 1951, section 3.2.2). There are many best codes. Which one zlib makes follows from the order in its
 * heap, where of nodes of equal weight the one with fewer levels below it is the lighter, and from how it mends words over
 * the limit: these are the same here.
 */
final class PrefixCode {
    /** A node's rank is its weight and, below it, how many levels lie under it. */
    private static final int LEVELS_BITS = 8;

    private static final int MOST_BITS = 15;

    /** A code of one word gets another one: for the symbol behind it, if that is no more than this, or the first one. */
    private static final int LAST_FILLER = 2;

    private final int symbols;
    private final int limit;

    /** How often each symbol is used, counted by others. */
    final int[] frequency;

    /** By symbol: the bits of its word; 0 when it has none. */
    final int[] lengths;

    /** By symbol: its word, the first bit lowest. */
    final int[] words;

    private int symbolEnd;

    /** Leaves are symbols, inner nodes come behind them. */
    private final int[] rank;

    private final int[] parent;
    private final int[] depth;

    /** From index 1, each no heavier than those at twice its index and one more. */
    private final int[] heap;

    private int heapSize;

    /** The nodes from the lightest to the root, as they left the heap. */
    private final int[] order;

    private int orderSize;
    private final int[] lengthCount = new int[MOST_BITS + 1];

    /**
     * @param limit the longest word, in bits
     */
    PrefixCode(int symbols, int limit) {
        this.symbols = symbols;
        this.limit = limit;
        frequency = new int[symbols];
        lengths = new int[symbols];
        words = new int[symbols];
        rank = new int[2 * symbols];
        parent = new int[2 * symbols];
        depth = new int[2 * symbols];
        heap = new int[symbols + 1];
        order = new int[2 * symbols];
    }

    /** The code whose words have these lengths. */
    static PrefixCode ofLengths(int... lengths) {
        PrefixCode code = new PrefixCode(lengths.length, MOST_BITS);
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            code.lengths[symbol] = lengths[symbol];
            code.lengthCount[lengths[symbol]]++;
        }
        code.symbolEnd = lengths.length;
        code.assignWords();
        return code;
    }

    /** Behind the last symbol that has a word. */
    int symbolEnd() {
        return symbolEnd;
    }

    /** Makes the best code for what was counted. It has two words at least. */
    void build() {
        gatherLeaves();
        join();
        measureDepths();
        assignWords();
    }

    /** Begins to count again. */
    void forget() {
        Arrays.fill(frequency, 0);
    }

    /** How many bits what was counted takes in a code with these lengths, without extra bits. */
    long bitsWith(int[] otherLengths) {
        long bits = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
            bits += (long) frequency[symbol] * otherLengths[symbol];
        }
        return bits;
    }

    private void gatherLeaves() {
        heapSize = 0;
        symbolEnd = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
            if (frequency[symbol] > 0) {
                addLeaf(symbol, frequency[symbol]);
            }
        }
        while (heapSize < 2) {
            addLeaf(symbolEnd <= LAST_FILLER ? symbolEnd : 0, 1);
        }
    }

    private void addLeaf(int symbol, int weight) {
        rank[symbol] = weight << LEVELS_BITS;
        heap[++heapSize] = symbol;
        symbolEnd = Math.max(symbolEnd, symbol + 1);
    }

    /** Joins the two lightest nodes until one is left. */
    private void join() {
        for (int index = heapSize / 2; index >= 1; index--) {
            sink(index);
        }
        orderSize = 0;
        int node = symbols;
        while (heapSize >= 2) {
            int lightest = heap[1];
            heap[1] = heap[heapSize--];
            sink(1);
            int second = heap[1];
            order[orderSize++] = lightest;
            order[orderSize++] = second;
            parent[lightest] = node;
            parent[second] = node;
            rank[node] = joinedRank(rank[lightest], rank[second]);
            heap[1] = node++;
            sink(1);
        }
        order[orderSize++] = heap[1];
    }

    private static int joinedRank(int one, int other) {
        int levels = (1 << LEVELS_BITS) - 1;
        int weight = (one >>> LEVELS_BITS) + (other >>> LEVELS_BITS);
        return weight << LEVELS_BITS | Math.max(one & levels, other & levels) + 1;
    }

    private void sink(int from) {
        int node = heap[from];
        int index = from;
        while (2 * index <= heapSize) {
            int child = 2 * index;
            if (child < heapSize && rank[heap[child + 1]] <= rank[heap[child]]) {
                child++;
            }
            if (rank[node] <= rank[heap[child]]) {
                break;
            }
            heap[index] = heap[child];
            index = child;
        }
        heap[index] = node;
    }

    private void measureDepths() {
        Arrays.fill(lengthCount, 0);
        Arrays.fill(lengths, 0);
        int tooDeep = 0;
        depth[order[orderSize - 1]] = 0;
        for (int index = orderSize - 2; index >= 0; index--) {
            int node = order[index];
            int bits = depth[parent[node]] + 1;
            if (bits > limit) {
                bits = limit;
                tooDeep++;
            }
            depth[node] = bits;
            if (node < symbols) {
                lengths[node] = bits;
                lengthCount[bits]++;
            }
        }
        if (tooDeep > 0) {
            shorten(tooDeep);
        }
    }

    /** Makes room for leaves at the limit by moving others down to it, then gives the lightest the longest words. */
    private void shorten(int tooDeep) {
        for (int excess = tooDeep; excess > 0; excess -= 2) {
            int bits = limit - 1;
            while (lengthCount[bits] == 0) {
                bits--;
            }
            lengthCount[bits]--;
            lengthCount[bits + 1] += 2;
            lengthCount[limit]--;
        }
        int index = 0;
        for (int bits = limit; bits > 0; bits--) {
            for (int left = lengthCount[bits]; left > 0; index++) {
                if (order[index] < symbols) {
                    lengths[order[index]] = bits;
                    left--;
                }
            }
        }
    }

    private void assignWords() {
        int[] next = new int[MOST_BITS + 1];
        for (int bits = 1, word = 0; bits <= MOST_BITS; bits++) {
            next[bits] = word;
            word = (word + lengthCount[bits]) << 1;
        }
        for (int symbol = 0; symbol < symbolEnd; symbol++) {
            int bits = lengths[symbol];
            if (bits > 0) {
                words[symbol] = Integer.reverse(next[bits]++) >>> (Integer.SIZE - bits);
            }
        }
    }
}
