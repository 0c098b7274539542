package mirage.filesystem.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What the golden images do not reach: bounds, and that any bytes end in a result or a format exception. */
final class BlockDecodersTest {
    private static List<BlockDecoder> all() {
        return List.of(
                BlockDecoders.LZ4,
                BlockDecoders.LZO,
                BlockDecoders.ZLIB,
                BlockDecoders.XZ,
                BlockDecoders.ZSTD);
    }

    @Test
    void matchesOfLz4RepeatThemselves() throws FormatException {
        byte[] block = {0x3f, 'a', 'b', 'c', 3, 0, 2, 0x10, 'd'};
        byte[] target = new byte[64];
        int length = BlockDecoders.LZ4.decode(block, target);
        assertThat(text(target, length)).isEqualTo("abc" + "abc".repeat(7) + "d");
    }

    @Test
    void theStartOfAnLz4BlockIsDecodedWhateverFollows() throws FormatException {
        byte[] block = {0, 0, 0x3f, 'a', 'b', 'c', 3, 0, 2, 0x10, 'd', 9, 9, 9};
        byte[] target = new byte[10];
        assertThat(Lz4Block.decodeStart(block, 2, target)).isEqualTo(10);
        assertThat(text(target, 10)).isEqualTo("abcabcabca");
    }

    /** A length that goes on in many bytes stands for much more than there is room for. */
    @Test
    void bombsAreStopped() {
        byte[] lz4 = new byte[1000];
        Arrays.fill(lz4, (byte) 0xff);
        lz4[0] = 0x1f;
        lz4[2] = 1;
        lz4[3] = 0;
        byte[] lzo = new byte[1000];
        lzo[0] = 18;
        lzo[2] = 32;
        for (BlockDecoder decoder : List.of(BlockDecoders.LZ4, BlockDecoders.LZO)) {
            byte[] block = decoder == BlockDecoders.LZ4 ? lz4 : lzo;
            assertThatThrownBy(() -> decoder.decode(block, new byte[100]))
                    .isInstanceOf(FormatException.class);
        }
    }

    /** To zstd they are no frames, which decode to no bytes. */
    @Test
    void noBytesAreNoBlock() throws FormatException {
        assertThat(BlockDecoders.ZSTD.decode(new byte[0], new byte[10])).isZero();
        for (BlockDecoder decoder : all()) {
            if (decoder != BlockDecoders.ZSTD) {
                assertThatThrownBy(() -> decoder.decode(new byte[0], new byte[10]))
                        .isInstanceOf(FormatException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void anyBytesGiveAResultOrAFormatException(BlockDecoder decoder) {
        long refused = 0;
        for (int seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] block = new byte[random.nextInt(1, 200)];
            random.nextBytes(block);
            byte[] target = new byte[random.nextInt(1, 500)];
            try {
                assertThat(decoder.decode(block, target)).isBetween(0, target.length);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
