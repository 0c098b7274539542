package mirage.delta;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/** Compared with a set of bits. */
final class RangeSetTest {
    @Test
    void holdsWhatASetOfBitsDoes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            RangeSet set = new RangeSet();
            BitSet bits = new BitSet();
            for (int i = 0; i < 40; i++) {
                BaseRange range = new BaseRange(random.nextInt(1000), 1 + random.nextInt(60));
                BitSet with = (BitSet) bits.clone();
                with.set((int) range.offset(), (int) range.end());
                assertThat(set.lengthWith(List.of(range)))
                        .as("seed %d", seed)
                        .isEqualTo(with.cardinality());
                set.addAll(List.of(range));
                bits = with;
                assertThat(set.ranges()).as("seed %d", seed).isEqualTo(ranges(bits));
            }
        }
    }

    private static List<BaseRange> ranges(BitSet bits) {
        List<BaseRange> ranges = new ArrayList<>();
        for (int start = bits.nextSetBit(0); start >= 0; ) {
            int end = bits.nextClearBit(start);
            ranges.add(new BaseRange(start, end - start));
            start = bits.nextSetBit(end);
        }
        return ranges;
    }
}
