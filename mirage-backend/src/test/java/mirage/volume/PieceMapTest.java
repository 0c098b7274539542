package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.volume.PieceMap.Column;
import mirage.volume.PieceMap.RunBudget;

import org.junit.jupiter.api.Test;

final class PieceMapTest {
    private final Volume first = Volume.range("1", 1000, 100, "gpt", "", "", "");
    private final Volume second = Volume.range("2", 5000, 100, "gpt", "", "", "");

    @Test
    void piecesAreOneBehindTheOther() throws FormatException {
        PieceMap pieces = new PieceMap(new RunBudget(10));
        pieces.add(second, 10, 20);
        pieces.add(first, 0, 5);
        assertThat(pieces.length()).isEqualTo(25);
        assertThat(pieces.build())
                .isEqualTo(new ExtentMap.Builder().add(0, 20, 5010).add(20, 5, 1000).build());
    }

    @Test
    void stripesTakeTurns() throws FormatException {
        PieceMap pieces = new PieceMap(new RunBudget(4));
        pieces.addStriped(new Column[] {new Column(first, 0), new Column(second, 50)}, 20, 10);
        assertThat(pieces.build())
                .isEqualTo(
                        new ExtentMap.Builder()
                                .add(0, 10, 1000)
                                .add(10, 10, 5050)
                                .add(20, 10, 1010)
                                .add(30, 10, 5060)
                                .build());
    }

    @Test
    void piecesOfPiecesLieOnTheDisk() throws FormatException {
        PieceMap outer = new PieceMap(new RunBudget(10));
        outer.addStriped(new Column[] {new Column(first, 0), new Column(second, 0)}, 100, 50);
        Volume array = new Volume("md/a", outer.length(), outer.build(), "md", "raid0", "a", "");
        PieceMap inner = new PieceMap(new RunBudget(10));
        inner.add(array, 40, 70);
        assertThat(inner.build())
                .isEqualTo(
                        new ExtentMap.Builder()
                                .add(0, 10, 1040)
                                .add(10, 50, 5000)
                                .add(60, 10, 1050)
                                .build());
    }

    @Test
    void whatIsBehindTheEndOfAMemberIsRefused() {
        PieceMap pieces = new PieceMap(new RunBudget(10));
        assertThatThrownBy(() -> pieces.add(first, 90, 11))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("11 bytes at 90 of volume 1");
        assertThatThrownBy(() -> pieces.add(first, Long.MAX_VALUE - 5, 11))
                .isInstanceOf(FormatException.class);
    }

    @Test
    void morePiecesThanTheBudgetAreRefusedBeforeTheyAreMade() {
        PieceMap pieces = new PieceMap(new RunBudget(9));
        Volume huge = Volume.range("3", 0, Long.MAX_VALUE, "gpt", "", "", "");
        Column[] columns = {new Column(huge, 0), new Column(huge, Long.MAX_VALUE / 2)};
        assertThatThrownBy(() -> pieces.addStriped(columns, Long.MAX_VALUE / 2, 1))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("more than the 9 that are left");
    }

    @Test
    void allMapsOfADiskShareTheBudget() throws FormatException {
        RunBudget budget = new RunBudget(2);
        PieceMap one = new PieceMap(budget);
        one.add(first, 0, 10);
        one.add(second, 0, 10);
        one.build();
        PieceMap another = new PieceMap(budget);
        assertThatThrownBy(() -> another.add(first, 50, 10)).isInstanceOf(FormatException.class);
    }
}
