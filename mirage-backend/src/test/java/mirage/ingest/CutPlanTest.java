package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Bytes that several contents claim are the first one's; the others keep what nobody else owns. */
final class CutPlanTest {
    private static final int KB = 1024;

    private final Warnings warnings = new Warnings();

    @Test
    void whatIsSharedBelongsToTheFirstContentWithoutAWarning() throws Exception {
        CutPlan.Builder builder = new CutPlan.Builder(400 * KB, MemoryPool.unlimited());
        builder.addContent(0, map(0, 100 * KB, 200 * KB), 100 * KB);
        builder.addContent(1, map(0, 100 * KB, 200 * KB), 100 * KB);
        CutPlan plan = builder.build(warnings);
        assertThat(owners(plan)).containsExactly("0: 200+100 at 0");
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void aCopyThatWasChangedKeepsItsOwnPart() throws Exception {
        CutPlan.Builder builder = new CutPlan.Builder(400 * KB, MemoryPool.unlimited());
        builder.addContent(0, map(0, 100 * KB, 200 * KB), 100 * KB);
        ExtentMap changed =
                new ExtentMap.Builder()
                        .add(0, 40 * KB, 200 * KB)
                        .add(40 * KB, 4 * KB, 16 * KB)
                        .add(44 * KB, 56 * KB, 244 * KB)
                        .build();
        builder.addContent(1, changed, 100 * KB);
        CutPlan plan = builder.build(warnings);
        assertThat(owners(plan)).containsExactly("1: 16+4 at 40", "0: 200+100 at 0");
        assertThat(plan.spanning(1, 0)).isNull();
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void theOrderOfTheContentsDecidesAndNotThatOfTheirPlaces() throws Exception {
        CutPlan.Builder builder = new CutPlan.Builder(400 * KB, MemoryPool.unlimited());
        builder.addContent(2, map(0, 100 * KB, 10 * KB), 100 * KB);
        builder.addContent(1, map(0, 20 * KB, 50 * KB), 20 * KB);
        builder.addContent(0, map(0, 20 * KB, 60 * KB), 20 * KB);
        assertThat(owners(builder.build(warnings)))
                .containsExactly(
                        "2: 10+40 at 0", "1: 50+10 at 0", "0: 60+20 at 0", "2: 80+30 at 70");
    }

    @Test
    void aContentThatSharesWithItselfIsCutAtItsFirstPlace() throws Exception {
        CutPlan.Builder builder = new CutPlan.Builder(400 * KB, MemoryPool.unlimited());
        ExtentMap map =
                new ExtentMap.Builder()
                        .add(0, 10 * KB, 100 * KB)
                        .add(20 * KB, 10 * KB, 95 * KB)
                        .build();
        builder.addContent(0, map, 30 * KB);
        assertThat(owners(builder.build(warnings)))
                .containsExactly("0: 95+5 at 20", "0: 100+10 at 0");
    }

    @Test
    void ofTooManyPartsTheFirstAreKept() throws Exception {
        List<OwnedExtent> crossed = new ArrayList<>();
        crossed.add(new OwnedExtent(0, 100, 1, 0, 0, 100));
        for (int i = 0; i < 10; i++) {
            crossed.add(new OwnedExtent(i * 10L, 5, 0, i * 5L, 0, 50));
        }
        List<OwnedExtent> all =
                SharedExtents.toFirstOwner(new ArrayList<>(crossed), MemoryPool.unlimited());
        assertThat(all).hasSize(20);
        MemoryPool small = new MemoryPool(0, 7 * OwnedExtent.BYTES);
        try (MemoryPool.Share memory = small.open()) {
            assertThat(SharedExtents.toFirstOwner(new ArrayList<>(crossed), memory))
                    .isEqualTo(all.subList(0, 7));
        }
    }

    @Test
    void whatReachesBehindTheEndIsNobodys() throws Exception {
        CutPlan.Builder builder = new CutPlan.Builder(100 * KB, MemoryPool.unlimited());
        builder.addContent(0, map(0, 40 * KB, 80 * KB), 40 * KB);
        builder.addContent(1, map(0, 40 * KB, 20 * KB), 40 * KB);
        assertThat(owners(builder.build(warnings))).containsExactly("1: 20+40 at 0");
        assertThat(warnings.messages())
                .singleElement()
                .asString()
                .contains("1 files claim blocks behind the end, the first at owner 0");
    }

    /** Byte by byte, against what the rule says; and no more parts than begins and ends. */
    @RepeatedTest(50)
    void eachByteIsTheFirstContentsThatClaimsIt(RepetitionInfo repetition) throws Exception {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        int length = 500;
        CutPlan.Builder builder = new CutPlan.Builder(length, MemoryPool.unlimited());
        int[] expected = new int[length];
        Arrays.fill(expected, -1);
        int extents = random.nextInt(1, 60);
        for (int owner = 0; owner < extents; owner++) {
            int at = random.nextInt(length - 1);
            int size = 1 + random.nextInt(Math.min(100, length - at));
            builder.addContent(owner, map(0, size, at), size);
            for (int i = at; i < at + size; i++) {
                expected[i] = expected[i] < 0 ? owner : expected[i];
            }
        }
        int[] found = new int[length];
        Arrays.fill(found, -1);
        List<OwnedExtent> owned = builder.build(warnings).owned();
        long end = 0;
        for (OwnedExtent extent : owned) {
            assertThat(extent.offset()).isGreaterThanOrEqualTo(end);
            end = extent.end();
            Arrays.fill(found, (int) extent.offset(), (int) end, extent.owner());
        }
        assertThat(found).isEqualTo(expected);
        assertThat(owned).hasSizeLessThanOrEqualTo(2 * extents);
        assertThat(warnings.messages()).isEmpty();
    }

    /** All files of a hostile image can claim all of it. */
    @Test
    void manyContentsThatClaimEverythingTakeLittleTime() throws Exception {
        int contents = 200_000;
        CutPlan.Builder builder = new CutPlan.Builder(1L << 40, MemoryPool.unlimited());
        for (int owner = 0; owner < contents; owner++) {
            builder.addContent(owner, map(0, (1L << 40) - 2L * owner, owner), 1L << 40);
        }
        assertThat(builder.build(warnings).owned()).hasSize(1);
    }

    private static ExtentMap map(long offset, long length, long target) {
        return new ExtentMap.Builder().add(offset, length, target).build();
    }

    private static List<String> owners(CutPlan plan) {
        List<String> texts = new ArrayList<>();
        for (OwnedExtent extent : plan.owned()) {
            texts.add(
                    extent.owner()
                            + ": "
                            + extent.offset() / KB
                            + "+"
                            + extent.length() / KB
                            + " at "
                            + extent.ownerOffset() / KB);
        }
        return texts;
    }
}
