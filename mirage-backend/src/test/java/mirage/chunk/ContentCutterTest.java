package mirage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

final class ContentCutterTest {
    private static final byte[] CONTENT = random(8 << 20, 1);

    /** Other cuts than these find no equal chunks in the stores that exist: see the class. */
    @Test
    void cutsWhereItAlwaysDid() {
        assertThat(lengths(ByteBuffer.wrap(patterned(200_000))))
                .containsExactly(
                        27708, 23169, 26279, 13508, 17031, 18109, 21580, 28332, 20618, 3666);
    }

    @Test
    void lengthsAreWithinBoundsAndGatherAroundTheNormalOne() {
        List<Integer> lengths = lengths(ByteBuffer.wrap(CONTENT));
        assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isEqualTo(CONTENT.length);
        assertThat(lengths.subList(0, lengths.size() - 1))
                .allMatch(n -> n >= ContentCutter.MIN_BYTES && n <= ContentCutter.MAX_BYTES);
        assertThat(CONTENT.length / lengths.size()).isBetween(14 << 10, 22 << 10);
        assertThat(lengths.stream().filter(n -> n == ContentCutter.MAX_BYTES).count())
                .isLessThan(lengths.size() / 50);
    }

    /** Bytes inserted, deleted or changed anywhere touch the chunks near them and no others. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aChangeTouchesFewChunks(long seed) {
        Random random = new Random(seed);
        int at = random.nextInt(CONTENT.length);
        byte[] inserted = new byte[CONTENT.length + 1 + random.nextInt(100)];
        random.nextBytes(inserted);
        System.arraycopy(CONTENT, 0, inserted, 0, at);
        int added = inserted.length - CONTENT.length;
        System.arraycopy(CONTENT, at, inserted, at + added, CONTENT.length - at);
        Set<ChunkId> before = new HashSet<>(ids(CONTENT));
        List<ChunkId> after = ids(inserted);
        after.removeIf(before::contains);
        assertThat(after.size()).isBetween(1, 6);
    }

    @Test
    void heapDirectAndReadOnlyWindowsAreCutEqually() {
        List<Integer> expected = lengths(ByteBuffer.wrap(CONTENT));
        ByteBuffer direct = ByteBuffer.allocateDirect(CONTENT.length + 5).position(5);
        direct.put(CONTENT).position(5);
        assertThat(lengths(direct)).isEqualTo(expected);
        assertThat(lengths(ByteBuffer.wrap(CONTENT).asReadOnlyBuffer())).isEqualTo(expected);
        ByteBuffer offset = ByteBuffer.allocate(CONTENT.length + 7).position(7).slice();
        offset.put(CONTENT).flip();
        assertThat(lengths(offset)).isEqualTo(expected);
    }

    /** However the content comes in, by whatever windows, the cuts are the same. */
    @Test
    void smallWindowsAreCutEqually() {
        Random random = new Random(9);
        List<Integer> lengths = new ArrayList<>();
        int start = 0;
        int filled = 0;
        while (start < CONTENT.length) {
            int cut =
                    ContentCutter.cut(
                            ByteBuffer.wrap(CONTENT, start, filled - start),
                            filled == CONTENT.length);
            if (cut == 0) {
                filled = Math.min(CONTENT.length, filled + 1 + random.nextInt(30_000));
            } else {
                lengths.add(cut);
                start += cut;
            }
        }
        assertThat(lengths).isEqualTo(lengths(ByteBuffer.wrap(CONTENT)));
    }

    @Test
    void asksForMoreWhenTheWindowEndsTooEarly() {
        ByteBuffer zeros = ByteBuffer.allocate(ContentCutter.MAX_BYTES);
        assertThat(ContentCutter.cut(zeros.duplicate().limit(0), false)).isZero();
        assertThat(ContentCutter.cut(zeros.duplicate().limit(0), true)).isZero();
        assertThat(ContentCutter.cut(zeros.duplicate().limit(4000), false)).isZero();
        assertThat(ContentCutter.cut(zeros.duplicate().limit(4000), true)).isEqualTo(4000);
        int last = ContentCutter.MAX_BYTES - 1;
        assertThat(ContentCutter.cut(zeros.duplicate().limit(last), false)).isZero();
        assertThat(ContentCutter.cut(zeros.duplicate().limit(last), true)).isEqualTo(last);
        assertThat(ContentCutter.cut(zeros, false)).isEqualTo(ContentCutter.MAX_BYTES);
        assertThat(zeros.position()).isZero();
    }

    private static List<ChunkId> ids(byte[] content) {
        List<ChunkId> ids = new ArrayList<>();
        int at = 0;
        for (int length : lengths(ByteBuffer.wrap(content))) {
            ids.add(ChunkId.of(content, at, length));
            at += length;
        }
        return ids;
    }

    private static List<Integer> lengths(ByteBuffer content) {
        List<Integer> lengths = new ArrayList<>();
        for (ByteBuffer rest = content.duplicate(); rest.hasRemaining(); ) {
            int length = ContentCutter.cut(rest, true);
            lengths.add(length);
            rest.position(rest.position() + length);
        }
        return lengths;
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Made by arithmetic that any language has: x = 1103515245 x + 12345 in 32 bits, from 1; the byte is x >>> 16. */
    private static byte[] patterned(int length) {
        byte[] bytes = new byte[length];
        int x = 1;
        for (int i = 0; i < length; i++) {
            x = 1103515245 * x + 12345;
            bytes[i] = (byte) (x >>> 16);
        }
        return bytes;
    }
}
