package mirage.deflate;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The content, and where in it the same three bytes were before: for each value of a hash of three bytes the newest place,
 * and for each place of the window the one before it with the same hash. A search goes from the newest to older ones, and
 * takes the first of the longest; how far it goes is what levels differ in.
 *
 * <p>zlib keeps two windows of bytes in memory and moves the second one down when it is used up. Here all content is in
 * memory and nothing moves, but two traces of that are in what zlib writes: the place that its memory begins at is never
 * found, and a block that began before it cannot be stored as it is. So {@link #origin} goes where zlib's memory would begin.
 */
final class Matches {
    static final int MIN_LENGTH = 3;
    static final int MAX_LENGTH = 258;

    /** zlib wants this many bytes ahead, and moves its window when it has fewer. */
    private static final int AHEAD = MAX_LENGTH + MIN_LENGTH + 1;

    /** Comparisons run over the end of the content; what they find there does not count. */
    private static final int SLACK_BYTES = MAX_LENGTH + 2 * Long.BYTES;

    private final Effort effort;
    private final int windowBytes;
    private final int maxDistance;
    private final int hashShift;
    private final int hashMask;

    /** By hash: the place that was entered last, or 0. */
    private final int[] newest;

    /** By place, modulo the window: the place with the same hash before it. */
    private final int[] older;

    private byte[] bytes = new byte[SLACK_BYTES];
    private int end;
    private int origin;
    private int originMovesAt;
    private int found;

    Matches(DeflateParameters parameters) {
        effort = Effort.ofLevel(parameters.level());
        windowBytes = 1 << parameters.windowBits();
        maxDistance = windowBytes - AHEAD;
        int hashBits = parameters.memLevel() + 7;
        hashShift = (hashBits + MIN_LENGTH - 1) / MIN_LENGTH;
        hashMask = (1 << hashBits) - 1;
        newest = new int[1 << hashBits];
        older = new int[windowBytes];
    }

    /** Takes the content between position and limit, and forgets what was before. */
    void load(ByteBuffer content) {
        end = content.remaining();
        if (bytes.length - SLACK_BYTES < end) {
            bytes = new byte[end + SLACK_BYTES];
        }
        content.get(content.position(), bytes, 0, end);
        Arrays.fill(newest, 0);
        origin = 0;
        planMove();
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the content ends. */
    int end() {
        return end;
    }

    /** Where zlib's memory would begin. */
    int origin() {
        return origin;
    }

    /** The parser is at this place. To be told of every place that a search or an entry is made at, before it. */
    void reach(int at) {
        if (at >= originMovesAt) {
            origin += windowBytes;
            planMove();
        }
    }

    private void planMove() {
        long memoryEnd = origin + 2L * windowBytes;
        long moves = memoryEnd - AHEAD + (end < memoryEnd ? 0 : 1);
        originMovesAt = (int) Math.min(moves, Integer.MAX_VALUE);
    }

    /**
     * Enters a place with three bytes of content or more.
     *
     * @return the newest one with the same hash, of any distance
     */
    int enter(int at) {
        int three = Words.u32(bytes, at);
        int hash =
                ((three & 0xff) << (2 * hashShift)
                                ^ (three >>> 8 & 0xff) << hashShift
                                ^ (three >>> 16 & 0xff))
                        & hashMask;
        int before = newest[hash];
        older[at & older.length - 1] = before;
        newest[hash] = at;
        return before;
    }

    /** Enters the places of a range, but those behind which the content ends within three bytes. */
    void enterAll(int from, int to) {
        byte[] content = bytes;
        int[] olderPlaces = older;
        int[] newestPlaces = newest;
        int shift = hashShift;
        int mask = hashMask;
        int last = Math.min(to, end - MIN_LENGTH + 1);
        int hash = (content[from] & 0xff) << shift ^ (content[from + 1] & 0xff);
        for (int at = from; at < last; at++) {
            hash = (hash << shift ^ (content[at + 2] & 0xff)) & mask;
            olderPlaces[at & olderPlaces.length - 1] = newestPlaces[hash];
            newestPlaces[hash] = at;
        }
    }

    /** Whether a search at a place may begin with this one. */
    boolean isNear(int candidate, int at) {
        return candidate > origin && at - candidate <= maxDistance;
    }

    /**
     * Searches for the longest match of a place.
     *
     * @param candidate what {@link #enter} gave, near enough
     * @param beat only a longer one counts
     * @return its length, {@link #found} tells where; or {@code beat} when there is none. Never over the content's end
     */
    int longest(int at, int candidate, int beat) {
        byte[] content = bytes;
        int[] olderPlaces = older;
        int ahead = end - at;
        int enough = Math.min(effort.nice(), ahead);
        int oldest = Math.max(at - maxDistance, origin);
        int left = beat >= effort.good() ? effort.chain() >> 2 : effort.chain();
        int best = beat;
        // A longer match has the same bytes where the best one ends: four of them, or all three of
        // the shortest.
        int probe = Math.max(0, best - 3);
        int probeMask = best < 3 ? 0xffffff : -1;
        int expected = Words.u32(content, at + probe);
        int place = candidate;
        do {
            if (((Words.u32(content, place + probe) ^ expected) & probeMask) == 0) {
                int length = commonLength(content, at, place);
                if (length > best) {
                    found = place;
                    best = length;
                    if (length >= enough) {
                        break;
                    }
                    probe = best - 3;
                    probeMask = -1;
                    expected = Words.u32(content, at + probe);
                }
            }
            place = olderPlaces[place & olderPlaces.length - 1];
        } while (place > oldest && --left != 0);
        return Math.min(best, ahead);
    }

    /** Where the last search that found something found it. */
    int found() {
        return found;
    }

    private static int commonLength(byte[] bytes, int one, int other) {
        for (int length = 0; length < MAX_LENGTH; length += Long.BYTES) {
            long difference = Words.u64(bytes, one + length) ^ Words.u64(bytes, other + length);
            if (difference != 0) {
                int equal = Long.numberOfTrailingZeros(difference) >>> 3;
                return Math.min(length + equal, MAX_LENGTH);
            }
        }
        return MAX_LENGTH;
    }
}
