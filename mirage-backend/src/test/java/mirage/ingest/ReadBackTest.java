package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** What is rebuilt must be what came in, byte for byte, however it is handed over. */
final class ReadBackTest {
    private static final byte[] UPLOAD = new byte[2 * UploadMap.STRETCH_BYTES + 4097];

    static {
        new Random(1).nextBytes(UPLOAD);
        Arrays.fill(UPLOAD, 10_000, 300_000, (byte) 0);
    }

    private final UploadMap map = CutterTest.uploadMap(UPLOAD);

    @Test
    void theSameBytesPass() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            assertThatCode(() -> readBack(UPLOAD, random)).doesNotThrowAnyException();
        }
    }

    @Test
    void anyChangedByteFails() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] changed = UPLOAD.clone();
            int at = random.nextInt(10) == 0 ? UPLOAD.length - 1 : random.nextInt(UPLOAD.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> readBack(changed, random))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not what was uploaded");
        }
    }

    @Test
    void fewerOrMoreBytesFail() {
        assertThatThrownBy(() -> readBack(Arrays.copyOf(UPLOAD, UPLOAD.length - 1), new Random(1)))
                .hasMessageContaining("528384 bytes, 528385 were uploaded");
        assertThatThrownBy(() -> readBack(Arrays.copyOf(UPLOAD, UPLOAD.length + 1), new Random(1)))
                .hasMessageContaining("more than the 528385 bytes");
        assertThatThrownBy(() -> readBack(new byte[0], new Random(1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void theMapKnowsZeroBlocks() {
        assertThat(map.isZeroBlock(12_288)).isTrue();
        assertThat(map.isZeroBlock(10_000)).isFalse();
        assertThat(map.endOfRun(0)).isEqualTo(12_288);
        assertThat(map.endOfRun(20_000)).isEqualTo(299_008);
        assertThat(map.endOfRun(299_008)).isEqualTo(UPLOAD.length);
        assertThat(map.isZero(12_288, 299_008 - 12_288)).isTrue();
        assertThat(map.isZero(12_288, 299_009 - 12_288)).isFalse();
    }

    private void readBack(byte[] rebuilt, Random random) throws IOException {
        ReadBack readBack = new ReadBack(map);
        for (int at = 0; at < rebuilt.length; ) {
            int part = Math.min(rebuilt.length - at, 1 + random.nextInt(400_000));
            assertThat(readBack.write(ByteBuffer.wrap(rebuilt, at, part))).isEqualTo(part);
            at += part;
        }
        readBack.finish();
    }
}
