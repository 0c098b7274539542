package mirage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

final class PackSettingsTest {
    /** A new name or default is a visible act. */
    @Test
    void namesAndDefaults() {
        assertThat(Arrays.stream(PackSettings.class.getRecordComponents()).map(c -> c.getName()))
                .containsExactly(
                        "frameSizeBytes", "packSizeBytes", "compressionLevel", "frameCacheBytes");
        assertThat(PackSettings.DEFAULT)
                .isEqualTo(new PackSettings(1 << 20, 32 << 20, 3, 64 << 20));
    }

    @Test
    void bounds() {
        assertThat(new PackSettings(4 << 10, 4 << 10, 1, 0).compressionLevel()).isEqualTo(1);
        assertThat(new PackSettings(16 << 20, 256 << 20, 19, Long.MAX_VALUE).compressionLevel())
                .isEqualTo(19);
        refused((4 << 10) - 1, 1 << 20, 3, 0);
        refused((16 << 20) + 1, 32 << 20, 3, 0);
        refused(1 << 20, (1 << 20) - 1, 3, 0);
        refused(1 << 20, (256 << 20) + 1, 3, 0);
        refused(1 << 20, 1 << 20, 0, 0);
        refused(1 << 20, 1 << 20, 20, 0);
        refused(1 << 20, 1 << 20, 3, -1);
    }

    private static void refused(int frame, int pack, int level, long cache) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PackSettings(frame, pack, level, cache))
                .withMessageMatching("\\w+ from \\d+ to \\d+ expected, found -?\\d+");
    }
}
