package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** A few bytes that say that thousands of files lie all over a fragmented disk must not become gigabytes of extents. */
final class PlacementsTest {
    private static final int PIECES = 1 << 17;
    private static final long PIECE_BYTES = 4096;
    private static final long DISK_BYTES = PIECES * PIECE_BYTES;

    private final Warnings warnings = new Warnings();
    private final Placements placements = new Placements(warnings, MemoryPool.unlimited());

    /** Each piece lies before the one that it follows. */
    private static ExtentMap fragmented() {
        ExtentMap.Builder map = new ExtentMap.Builder();
        for (int i = 0; i < PIECES; i++) {
            map.add(i * PIECE_BYTES, PIECE_BYTES, (PIECES - i) * PIECE_BYTES);
        }
        return map.build();
    }

    @Test
    void anHonestFileIsPlaced() throws IOException {
        ExtentMap file = new ExtentMap.Builder().add(0, 10 * PIECE_BYTES, PIECE_BYTES).build();
        ExtentMap placed = placements.place(file, fragmented());
        assertThat(placed).isEqualTo(file.through(fragmented()));
        assertThat(placed.runCount()).isEqualTo(10);
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void filesThatAreAllOfTheDiskArePlacedUpToABound() throws IOException {
        ExtentMap disk = fragmented();
        ExtentMap whole = new ExtentMap.Builder().add(0, DISK_BYTES, 0).build();
        int placed = 0;
        for (int i = 0; i < 1000; i++) {
            placed += placements.place(whole, disk).runCount() > 0 ? 1 : 0;
        }
        assertThat(placed).isEqualTo(32);
        assertThat(warnings.messages())
                .singleElement()
                .asString()
                .contains("without regard to files");
    }

    /** One map at a time is in the image's memory. */
    @Test
    void aMapThatThereIsNoMemoryForIsNotMade() throws IOException {
        ExtentMap disk = fragmented();
        ExtentMap half = new ExtentMap.Builder().add(0, DISK_BYTES / 2, 0).build();
        ExtentMap whole = new ExtentMap.Builder().add(0, DISK_BYTES, 0).build();
        long enoughForHalf = (long) ExtentMap.Builder.BYTES_WHILE_BUILT * PIECES * 2 / 3;
        try (MemoryPool.Share memory = new MemoryPool(0, enoughForHalf).open()) {
            Placements bounded = new Placements(warnings, memory);
            for (int i = 0; i < 3; i++) {
                assertThat(bounded.place(half, disk).runCount()).isEqualTo(PIECES / 2);
            }
            assertThat(warnings.messages()).isEmpty();
            assertThat(bounded.place(whole, disk)).isSameAs(ExtentMap.EMPTY);
            assertThat(warnings.messages()).hasSize(1);
            assertThat(memory.take(enoughForHalf)).as("all of it was given back").isTrue();
        }
    }

    @Test
    void aFileThatIsAllOfTheDiskAThousandTimesIsNotPlaced() throws IOException {
        ExtentMap.Builder file = new ExtentMap.Builder();
        for (int i = 0; i < 1000; i++) {
            file.add(i * DISK_BYTES, DISK_BYTES, 0);
        }
        assertThat(placements.place(file.build(), fragmented())).isSameAs(ExtentMap.EMPTY);
        assertThat(warnings.messages()).hasSize(1);
        assertThat(placements.place(file.build(), ExtentMap.identity(DISK_BYTES)).runCount())
                .isEqualTo(1000);
    }
}
