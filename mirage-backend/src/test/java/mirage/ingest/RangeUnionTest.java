package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.Extent;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

final class RangeUnionTest {
    @Test
    void whatIsTakenOutIsLeftOut() {
        RangeUnion ranges = union(new Extent(0, 100), new Extent(150, 50));
        RangeUnion others = union(new Extent(160, 10), new Extent(10, 20), new Extent(90, 70));
        assertThat(ranges.without(others))
                .containsExactly(new Extent(0, 10), new Extent(30, 60), new Extent(170, 30));
    }

    @Test
    void rangesThatTouchAreJoined() {
        assertThat(union(new Extent(20, 10), new Extent(0, 20), new Extent(5, 3)).joined())
                .containsExactly(new Extent(0, 30));
    }

    @Test
    void anyRangesGiveWhatABitmapGives() {
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

    private static List<Extent> some(Random random, BitSet bits) {
        List<Extent> ranges = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            Extent range = new Extent(random.nextInt(100), 1 + random.nextInt(30));
            ranges.add(range);
            bits.set((int) range.offset(), (int) range.end());
        }
        return ranges;
    }

    private static RangeUnion union(Extent... ranges) {
        RangeUnion union = new RangeUnion();
        for (Extent range : ranges) {
            union.add(range);
        }
        return union;
    }
}
