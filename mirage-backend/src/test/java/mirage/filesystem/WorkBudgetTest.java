package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;

import org.junit.jupiter.api.Test;

import java.io.IOException;

final class WorkBudgetTest {
    private static final long MIB = 1 << 20;

    @Test
    void workEndsAtTheBudget() throws IOException {
        WorkBudget small = WorkBudget.ofVolume(MIB, WorkBudget.unlimited());
        small.charge(256 * MIB + 8 * MIB);
        assertThat(small.isExhausted()).isFalse();
        assertThatThrownBy(() -> small.charge(1))
                .isInstanceOf(WorkBudget.ExhaustedException.class)
                .isNotInstanceOf(FormatException.class)
                .hasMessageContaining("metadata");
        assertThat(small.isExhausted()).isTrue();
        WorkBudget large = WorkBudget.ofVolume(Long.MAX_VALUE, WorkBudget.unlimited());
        large.charge((64L << 30) + 256 * MIB);
        assertThatThrownBy(() -> large.charge(1)).isInstanceOf(WorkBudget.ExhaustedException.class);
    }

    @Test
    void decodingIsAskedForInProportionToTheImage() throws IOException {
        WorkBudget work = WorkBudget.ofDecoding(MIB);
        work.charge(1024 * MIB + 64 * MIB);
        assertThatThrownBy(() -> work.charge(1)).hasMessageContaining("decoding");
    }

    @Test
    void searchesTogetherEndAtTheBudgetOfAllContents() throws IOException {
        WorkBudget all = WorkBudget.ofDecoding(0);
        for (int i = 0; i < 4; i++) {
            WorkBudget.ofVolume(0, all).charge(256 * MIB);
        }
        WorkBudget next = WorkBudget.ofVolume(0, all);
        assertThatThrownBy(() -> next.charge(1)).hasMessageContaining("decoding");
        assertThat(next.isExhausted()).isFalse();
        assertThat(all.isExhausted()).isTrue();
    }

    @Test
    void whoWaitsForOneContentIsNotStopped() throws IOException {
        WorkBudget.unlimited().charge(Long.MAX_VALUE);
    }
}
