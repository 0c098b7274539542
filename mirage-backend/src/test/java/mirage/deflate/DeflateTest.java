package mirage.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

final class DeflateTest {
    @Test
    void theSelfTestPasses() {
        assertThatCode(SelfTest::run).doesNotThrowAnyException();
    }

    @Test
    void theParametersOfEncodedBytesAreFound() {
        ByteBuffer content = ByteBuffer.wrap(Contents.MIXED.bytes(65536, 3));
        for (DeflateParameters parameters : Deflate.USUAL) {
            byte[] encoded = Deflate.encode(parameters, content);
            assertThat(Deflate.find(Deflate.USUAL, content, ByteBuffer.wrap(encoded)))
                    .contains(parameters);
        }
    }

    @Test
    void bytesOfAnotherEncoderAreNotFound() {
        ByteBuffer content = ByteBuffer.wrap(Contents.TEXT.bytes(65536, 3));
        byte[] encoded = Deflate.encode(DeflateParameters.QCOW2.withLevel(4), content);
        assertThat(Deflate.find(Deflate.USUAL, content, ByteBuffer.wrap(encoded))).isEmpty();
        assertThat(Deflate.find(List.of(), content, ByteBuffer.wrap(encoded))).isEmpty();
    }

    @Test
    void whatWasEncodedBeforeDoesNotMatter() {
        DeflateEncoder encoder = new DeflateEncoder(DeflateParameters.QCOW2);
        byte[] content = Contents.MIXED.bytes(70_000, 4);
        byte[] expected = Deflate.encode(DeflateParameters.QCOW2, ByteBuffer.wrap(content));
        for (Contents kind : Contents.values()) {
            encoder.encode(ByteBuffer.wrap(kind.bytes(200_000, 5)));
            assertThat(encoder.encode(ByteBuffer.wrap(content)))
                    .isEqualTo(ByteBuffer.wrap(expected));
        }
    }

    @Test
    void theBufferIsLeftAsItIsAndOnlyWhatIsBetweenPositionAndLimitCounts() {
        byte[] bytes = Contents.TEXT.bytes(5000, 6);
        ByteBuffer content = ByteBuffer.allocateDirect(9000).put(1000, bytes);
        content.position(1000).limit(6000);
        byte[] expected = Deflate.encode(DeflateParameters.COMPRESS, ByteBuffer.wrap(bytes));
        assertThat(Deflate.encode(DeflateParameters.COMPRESS, content)).isEqualTo(expected);
        assertThat(content.position()).isEqualTo(1000);
        assertThat(content.limit()).isEqualTo(6000);
    }

    @Test
    void parametersThatZlibRefusesAreRefused() {
        assertThatThrownBy(() -> new DeflateParameters(10, 15, 8, Wrapper.RAW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("level from 0 to 9 expected, found 10");
        assertThatThrownBy(() -> new DeflateParameters(6, 8, 8, Wrapper.RAW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("windowBits from 9 to 15 expected, found 8");
        assertThatThrownBy(() -> new DeflateParameters(6, 15, 0, Wrapper.ZLIB))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memLevel from 1 to 9 expected, found 0");
    }

    @Test
    void contentOverTheLimitIsRefused() {
        DeflateEncoder encoder = new DeflateEncoder(DeflateParameters.QCOW2);
        ByteBuffer content = ByteBuffer.allocate(DeflateEncoder.MAX_CONTENT_BYTES + 1);
        assertThatThrownBy(() -> encoder.encode(content))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
