package mirage.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;

import mirage.bytes.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;

final class CompressionTest {
    private static final int CLUSTER = 4096;

    private final byte[] content = content();

    @ParameterizedTest
    @EnumSource
    void bytesBehindTheClusterAreLeftAlone(Compression compression) throws FormatException {
        byte[] stored = encode(compression, content);
        byte[] rounded = Arrays.copyOf(stored, stored.length + 511);
        Arrays.fill(rounded, stored.length, rounded.length, (byte) 0xa5);
        assertThat(compression.decode(stored, CLUSTER)).isEqualTo(content);
        assertThat(compression.decode(rounded, CLUSTER)).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource
    void fewerBytesThanAClusterAreRefused(Compression compression) {
        byte[] stored = encode(compression, Arrays.copyOf(content, CLUSTER - 1));
        assertThatThrownBy(() -> compression.decode(stored, CLUSTER))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("ends after 4095 of 4096 bytes");
    }

    @ParameterizedTest
    @EnumSource
    void aCutOrEmptyStreamIsRefused(Compression compression) {
        byte[] stored = encode(compression, content);
        for (int length : new int[] {0, 1, 5, stored.length / 2, stored.length - 5}) {
            assertThatThrownBy(() -> compression.decode(Arrays.copyOf(stored, length), CLUSTER))
                    .isInstanceOf(FormatException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noiseIsRefused(Compression compression) {
        byte[] noise = new byte[CLUSTER];
        Arrays.fill(noise, (byte) 0xff);
        assertThatThrownBy(() -> compression.decode(noise, CLUSTER))
                .isInstanceOf(FormatException.class);
    }

    @Test
    void deflateMayFillAClusterWithoutEnding() throws FormatException {
        byte[] stored = encode(Compression.DEFLATE, Arrays.copyOf(content, 2 * CLUSTER));
        assertThat(Compression.DEFLATE.decode(stored, CLUSTER)).isEqualTo(content);
    }

    @Test
    void zstdMayComeInSeveralFramesAndWithSkippableOnes() throws FormatException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(Zstd.compress(Arrays.copyOf(content, 1000)));
        ByteBuffer skippable = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        frames.writeBytes(skippable.putInt(0x184d2a50).putInt(8).array());
        frames.writeBytes(Zstd.compress(Arrays.copyOfRange(content, 1000, CLUSTER)));
        assertThat(Compression.ZSTD.decode(frames.toByteArray(), CLUSTER)).isEqualTo(content);
    }

    /** A frame that would unpack to more than a cluster is neither unpacked nor cut. */
    @Test
    void aZstdFrameLargerThanAClusterIsRefused() {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);
        assertThatThrownBy(() -> Compression.ZSTD.decode(bomb, CLUSTER))
                .isInstanceOf(FormatException.class);
    }

    private static byte[] content() {
        byte[] content = new byte[CLUSTER];
        new Random(7).nextBytes(content);
        Arrays.fill(content, 500, 3000, (byte) 'x');
        return content;
    }

    private static byte[] encode(Compression compression, byte[] bytes) {
        return switch (compression) {
            case DEFLATE -> deflate(bytes);
            case ZSTD -> Zstd.compress(bytes);
        };
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] stored = new byte[bytes.length + 100];
            return Arrays.copyOf(stored, deflater.deflate(stored));
        } finally {
            deflater.end();
        }
    }
}
