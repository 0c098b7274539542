package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.Extent;
import mirage.bytes.MemoryPool;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

final class RangeUnionTest {
    @Test
    void whatIsTakenOutIsLeftOut() throws IOException {
        RangeUnion ranges = union(new Extent(0, 100), new Extent(150, 50));
        RangeUnion others = union(new Extent(160, 10), new Extent(10, 20), new Extent(90, 70));
        assertThat(ranges.without(others))
                .containsExactly(new Extent(0, 10), new Extent(30, 60), new Extent(170, 30));
    }

    @Test
    void rangesThatTouchAreJoined() throws IOException {
        assertThat(union(new Extent(20, 10), new Extent(0, 20), new Extent(5, 3)).joined())
                .containsExactly(new Extent(0, 30));
    }

    @Test
    void anyRangesGiveWhatABitmapGives() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            BitSet expected = new BitSet();
            BitSet taken = new BitSet();
            List<Extent> ranges = some(random, expected);
            List<Extent> others = some(random, taken);
            expected.andNot(taken);
            BitSet found = new BitSet();
            for (Extent left :
                    union(ranges.toArray(Extent[]::new))
                            .without(union(others.toArray(Extent[]::new)))) {
                assertThat(found.get((int) left.offset(), (int) left.end()).isEmpty()).isTrue();
                found.set((int) left.offset(), (int) left.end());
            }
            assertThat(found).as("seed " + seed).isEqualTo(expected);
        }
    }

    /** As the clusters of a disk that all lie in the same few bytes. */
    @Test
    void manyInTheSameBytesTakeNoMemory() throws IOException {
        try (MemoryPool.Share none = new MemoryPool(0, 1).open()) {
            RangeUnion union = new RangeUnion(none);
            for (int i = 0; i < 1_000_000; i++) {
                assertThat(union.add(new Extent(10 * (i % 1000), 5))).isTrue();
            }
            assertThat(union.joined()).hasSize(1000);
        }
    }

    @Test
    void whatThereIsNoMemoryForIsLeftOutAndTold() throws IOException {
        int ranges = 1_000_000;
        try (MemoryPool.Share little = new MemoryPool(0, 1_000_000).open()) {
            RangeUnion union = new RangeUnion(little);
            int added = 0;
            for (int i = ranges; i > 0; i--) {
                added += union.add(new Extent(10L * i, 5)) ? 1 : 0;
            }
            assertThat(added).isBetween(8192, 100_000);
            assertThat(union.joined()).hasSize(added);
        }
        RangeUnion all = new RangeUnion(MemoryPool.unlimited());
        for (int i = ranges; i > 0; i--) {
            assertThat(all.add(new Extent(10L * i, 5))).isTrue();
        }
        assertThat(all.joined()).hasSize(ranges);
    }

    private static List<Extent> some(Random random, BitSet bits) {
        List<Extent> ranges = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            Extent range = new Extent(random.nextInt(100), 1 + random.nextInt(30));
            ranges.add(range);
            bits.set((int) range.offset(), (int) range.end());
        }
        return ranges;
    }

    private static RangeUnion union(Extent... ranges) throws IOException {
        RangeUnion union = new RangeUnion(MemoryPool.unlimited());
        for (Extent range : ranges) {
            union.add(range);
        }
        return union;
    }
}
