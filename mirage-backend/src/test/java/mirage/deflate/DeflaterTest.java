package mirage.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;

/** Against the zlib in the JDK, which has one size of window and of blocks. */
final class DeflaterTest {
    private static final int WINDOW_BYTES = 1 << 15;
    private static final int BLOCK_SYMBOLS = (1 << 14) - 1;
    private static final int STORED_BYTES = 0xffff;

    /** Around the ends of blocks, of zlib's memory and of the bytes that it wants ahead. */
    private static final int[] LENGTHS = {
        0,
        1,
        2,
        3,
        4,
        257,
        258,
        259,
        1000,
        BLOCK_SYMBOLS - 1,
        BLOCK_SYMBOLS,
        BLOCK_SYMBOLS + 1,
        WINDOW_BYTES,
        STORED_BYTES,
        STORED_BYTES + 1,
        2 * WINDOW_BYTES - 263,
        2 * WINDOW_BYTES - 262,
        2 * WINDOW_BYTES - 261,
        3 * WINDOW_BYTES - 262
    };

    @ParameterizedTest
    @EnumSource(Contents.class)
    void everyLevelWritesWhatTheJdkWrites(Contents kind) {
        for (int level = 0; level <= 9; level++) {
            Wrapper wrapper = level % 2 == 0 ? Wrapper.RAW : Wrapper.ZLIB;
            DeflateParameters parameters = new DeflateParameters(level, 15, 8, wrapper);
            DeflateEncoder encoder = new DeflateEncoder(parameters);
            for (int length : LENGTHS) {
                byte[] content = kind.bytes(length, length + level);
                assertThat(encoder.encode(ByteBuffer.wrap(content)))
                        .as("%s, %d bytes", parameters, length)
                        .isEqualTo(ByteBuffer.wrap(byDeflater(parameters, content)));
            }
        }
    }

    private static byte[] byDeflater(DeflateParameters parameters, byte[] content) {
        Deflater deflater = new Deflater(parameters.level(), parameters.wrapper() == Wrapper.RAW);
        try {
            deflater.setInput(content);
            deflater.finish();
            byte[] room = new byte[content.length + content.length / 4 + 1024];
            int length = deflater.deflate(room);
            assertThat(deflater.finished()).isTrue();
            return Arrays.copyOf(room, length);
        } finally {
            deflater.end();
        }
    }
}
