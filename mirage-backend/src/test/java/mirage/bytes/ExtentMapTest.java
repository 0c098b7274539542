package mirage.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

final class ExtentMapTest {
    private static final int SPACE = 400;

    @Test
    void runsThatContinueEachOtherAreOne() {
        ExtentMap map =
                new ExtentMap.Builder()
                        .add(10, 5, 100)
                        .add(15, 5, 105)
                        .add(20, 5, 200)
                        .add(30, 5, 205)
                        .build();
        assertThat(map.runs())
                .containsExactly(
                        new ExtentMap.Run(10, 10, 100),
                        new ExtentMap.Run(20, 5, 200),
                        new ExtentMap.Run(30, 5, 205));
        assertThat(map.mappedBytes()).isEqualTo(20);
        assertThat(map.firstRunEndingAfter(0)).isZero();
        assertThat(map.firstRunEndingAfter(19)).isZero();
        assertThat(map.firstRunEndingAfter(20)).isEqualTo(1);
        assertThat(map.firstRunEndingAfter(35)).isEqualTo(3);
        assertThat(ExtentMap.identity(0)).isEqualTo(ExtentMap.EMPTY);
        assertThat(new ExtentMap.Builder().build()).isSameAs(ExtentMap.EMPTY);
    }

    @Test
    void severalMapsJoinedAreEachAtItsPlace() {
        ExtentMap one = new ExtentMap.Builder().add(0, 10, 50).add(20, 10, 0).build();
        ExtentMap joined =
                ExtentMap.joined(
                        List.of(
                                new ExtentMap.Moved(one, 0, 1000),
                                new ExtentMap.Moved(ExtentMap.EMPTY, 30, 0),
                                new ExtentMap.Moved(one, 30, 2000)));
        assertThat(joined)
                .isEqualTo(
                        new ExtentMap.Builder()
                                .add(0, 10, 1050)
                                .add(20, 10, 1000)
                                .add(30, 10, 2050)
                                .add(50, 10, 2000)
                                .build());
        assertThat(ExtentMap.joined(List.of())).isEqualTo(ExtentMap.EMPTY);
        assertThatThrownBy(() ->
                        ExtentMap.joined(
                                List.of(
                                        new ExtentMap.Moved(one, 0, 0),
                                        new ExtentMap.Moved(one, 29, 0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoRunIsRefused() {
        ExtentMap.Builder builder = new ExtentMap.Builder().add(10, 10, 0);
        long[][] bad = {
            {19, 1, 0},
            {20, 0, 0},
            {20, -1, 0},
            {-1, 1, 0},
            {20, 1, -1},
            {Long.MAX_VALUE, 1, 0},
            {20, Long.MAX_VALUE, 0},
            {20, 10, Long.MAX_VALUE - 5}
        };
        for (long[] run : bad) {
            assertThatThrownBy(() -> builder.add(run[0], run[1], run[2]))
                    .as(Arrays.toString(run))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(builder.build().runCount()).isEqualTo(1);
        assertThat(builder.end()).isEqualTo(20);
    }

    @Test
    void throughIsOneMapAfterTheOther() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            ExtentMap upper = random(random);
            ExtentMap lower = random(random);
            long[] first = model(upper);
            long[] second = model(lower);
            long[] expected = new long[SPACE];
            for (int i = 0; i < SPACE; i++) {
                expected[i] = first[i] < 0 || first[i] >= SPACE ? -1 : second[(int) first[i]];
            }
            assertThat(model(upper.through(lower))).as("seed %d", seed).isEqualTo(expected);
        }
    }

    static ExtentMap random(Random random) {
        ExtentMap.Builder map = new ExtentMap.Builder();
        while (map.end() < SPACE - 60) {
            map.add(
                    map.end() + (random.nextBoolean() ? 0 : random.nextInt(20)),
                    1 + random.nextInt(30),
                    random.nextInt(SPACE));
        }
        return map.build();
    }

    /** The place of each byte, -1 for a hole. */
    private static long[] model(ExtentMap map) {
        long[] places = new long[SPACE];
        Arrays.fill(places, -1);
        for (ExtentMap.Run run : map.runs()) {
            for (long at = run.offset(); at < run.end(); at++) {
                places[(int) at] = run.target() + at - run.offset();
            }
        }
        return places;
    }
}
