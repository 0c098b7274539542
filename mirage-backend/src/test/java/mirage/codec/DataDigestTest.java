package mirage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

final class DataDigestTest {
    private static final int BLOCK = 4096;

    /** As the format says it, without the ways that are short. */
    private static String expected(byte[] bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int at = 0; at < bytes.length; at += BLOCK) {
            byte[] block = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + BLOCK));
            boolean isZero = true;
            for (byte one : block) {
                isZero &= one == 0;
            }
            if (!isZero) {
                digest.update(ByteBuffer.allocate(8).putLong(at).array());
                digest.update(block);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void isTheSameHoweverTheBytesCome() throws Exception {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(20 * BLOCK)];
            for (int i = random.nextInt(8); i > 0 && bytes.length > 0; i--) {
                int from = random.nextInt(bytes.length);
                int to = Math.min(bytes.length, from + random.nextInt(2 * BLOCK));
                for (int at = from; at < to; at++) {
                    bytes[at] = (byte) random.nextInt();
                }
            }
            DataDigest.Stream stream = new DataDigest.Stream();
            for (int at = 0; at < bytes.length; ) {
                int part = Math.min(bytes.length - at, 1 + random.nextInt(3 * BLOCK));
                if (isZero(bytes, at, part) && random.nextBoolean()) {
                    stream.zeros(part);
                } else if (random.nextBoolean()) {
                    stream.update(ByteBuffer.wrap(bytes, at, part));
                } else {
                    ByteBuffer direct = ByteBuffer.allocateDirect(part).put(bytes, at, part);
                    stream.update(direct.flip());
                }
                at += part;
            }
            assertThat(stream.finish().sha256()).as("seed %d", seed).isEqualTo(expected(bytes));
        }
    }

    @Test
    void equalBlocksAtOtherPlacesDiffer() {
        assertThat(digest(0, 1)).isEqualTo(digest(0, 1)).isNotEqualTo(digest(1, 0));
        assertThat(digest(1, 1)).isNotEqualTo(digest(1, 0));
    }

    private static DataDigest digest(int... blocks) {
        DataDigest.Stream stream = new DataDigest.Stream();
        for (int block : blocks) {
            byte[] bytes = new byte[BLOCK];
            Arrays.fill(bytes, (byte) block);
            stream.update(ByteBuffer.wrap(bytes));
        }
        return stream.finish();
    }

    private static boolean isZero(byte[] bytes, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
