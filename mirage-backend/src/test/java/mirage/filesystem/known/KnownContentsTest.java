package mirage.filesystem.known;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

final class KnownContentsTest {
    static List<Marked> marked() {
        return Marked.all();
    }

    @ParameterizedTest
    @MethodSource("marked")
    void marksAreRecognised(Marked marked) throws IOException {
        assertThat(KnownContents.recognise(ByteSources.of(marked.volume())))
                .isEqualTo(new KnownContent(marked.type(), marked.label(), marked.uuid()));
    }

    @ParameterizedTest
    @MethodSource("marked")
    void volumesThatEndAnywhereGiveAnAnswer(Marked marked) throws IOException {
        for (int length : new int[] {0, 1, 7, 511, 512, 1030, 4086, 4100, 65_600, 66_000}) {
            KnownContent known =
                    KnownContents.recognise(ByteSources.of(Arrays.copyOf(marked.volume(), length)));
            assertThat(known == null ? marked.type() : known.type()).isEqualTo(marked.type());
        }
    }

    @Test
    void nothingIsRecognisedInZerosAndNoise() throws IOException {
        assertThat(KnownContents.recognise(ByteSources.zeros(Long.MAX_VALUE))).isNull();
        Random random = new Random(20250301);
        byte[] noise = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
            random.nextBytes(noise);
            assertThat(KnownContents.recognise(ByteSources.of(noise))).isNull();
        }
    }

    @Test
    void marksAtTheEndAreFound() throws IOException {
        byte[] volume = new byte[1 << 20];
        byte[] intel =
                "Intel Raid ISM Cfg Sig. ".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(intel, 0, volume, volume.length - 1024, intel.length);
        KnownContent known = KnownContents.recognise(ByteSources.of(volume));
        assertThat(known).isEqualTo(new KnownContent("isw_raid_member", "", ""));
    }
}
