package mirage.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.codec.UnsupportedBlobException;
import mirage.deflate.Deflate;
import mirage.deflate.DeflateParameters;
import mirage.deflate.Wrapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Names are part of the stored format. */
final class EncodersTest {
    private static final byte[] CONTENT = content();

    private static byte[] content() {
        byte[] content = new byte[64 << 10];
        Random random = new Random(20260712);
        for (int at = 0; at < content.length; at++) {
            content[at] = (byte) ("abcdef".charAt(random.nextInt(6)));
        }
        return content;
    }

    @Test
    void namesSayWhatIsMade() throws IOException {
        assertMakes("deflate-6-12-9", DeflateParameters.QCOW2);
        assertMakes("zlib-6-15-8", DeflateParameters.COMPRESS);
        assertMakes("deflate-0-9-1", new DeflateParameters(0, 9, 1, Wrapper.RAW));
        assertMakes("zlib-9-10-9", new DeflateParameters(9, 10, 9, Wrapper.ZLIB));
    }

    private static void assertMakes(String name, DeflateParameters parameters) throws IOException {
        Encoder encoder = Encoders.named(name);
        assertThat(encoder.name()).isEqualTo(name);
        assertThat(encoder.encode(ByteBuffer.wrap(CONTENT)))
                .isEqualTo(Deflate.encode(parameters, ByteBuffer.wrap(CONTENT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "deflate",
                "deflate-10-12-9",
                "zlib-6-16-8",
                "zlib-6-8-8",
                "deflate-6-12-0",
                "zstd-1-5-7-3"
            })
    void unknownNamesAreRefused(String name) {
        assertThatThrownBy(() -> Encoders.named(name))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessage(
                        "encoder "
                                + name
                                + ": this Mirage has none of that name, a later one stored the image");
    }

    @Test
    void theUsualOnesAreThoseOfQemu() {
        assertThat(Encoders.areSound()).isTrue();
        assertThat(Encoders.usual())
                .extracting(Encoder::name)
                .startsWith("deflate-6-12-9", "zlib-6-15-8")
                .doesNotHaveDuplicates();
    }

    @Test
    void manyThreadsMakeTheSame() throws Exception {
        Encoder encoder = Encoders.named("deflate-6-12-9");
        byte[] expected = encoder.encode(ByteBuffer.wrap(CONTENT));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<byte[]>> made = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                made.add(threads.submit(() -> encoder.encode(ByteBuffer.wrap(CONTENT))));
            }
            for (Future<byte[]> bytes : made) {
                assertThat(bytes.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void contentThatNoRecipeHasIsRefused() throws IOException {
        Encoder encoder = Encoders.named("deflate-6-12-9");
        ByteBuffer content = ByteBuffer.allocate(Encoder.MAX_CONTENT_BYTES + 1);
        assertThatThrownBy(() -> encoder.encode(content))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
