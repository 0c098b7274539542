package mirage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

final class BlobFramingTest {
    private static final BlobFraming TEST_1 = new BlobFraming("MTST", 1, 0b0);
    private static final BlobFraming TEST_3 = new BlobFraming("MTST", 3, 0b101);
    private static final ByteBuffer SHORT = ascii("body");
    private static final ByteBuffer LONG = ascii("body and ".repeat(50));
    private static final int LIMIT = 1000;

    /** Changing these bytes means a new version of the format. */
    @Test
    void writesTheDocumentedBytes() {
        ByteBuffer sealed = TEST_1.seal(SHORT, 3);
        assertThat(hex(sealed))
                .isEqualTo(
                        "4d545354"
                                + "0001"
                                + "0000"
                                + "00000000"
                                + "b79b5773"
                                + "00000004"
                                + "00000004"
                                + "7bb24b49"
                                + "626f6479");
    }

    @Test
    void opensWhatItSealed() throws IOException {
        for (ByteBuffer body : List.of(ascii(""), SHORT, LONG)) {
            ByteBuffer sealed = TEST_1.seal(body, 3);
            BlobFraming.Opened opened = TEST_1.open("test", sealed, LIMIT);
            assertThat(opened.body()).isEqualTo(body);
            assertThat(opened.header()).isEqualTo(new BlobFraming.Header(1, 0, 0));
        }
        assertThat(TEST_1.seal(LONG, 3).remaining()).isLessThan(LONG.remaining());
    }

    @Test
    void everyFlippedBitIsFound() {
        for (ByteBuffer body : List.of(SHORT, LONG)) {
            byte[] good = TEST_1.seal(body, 3).array();
            for (int bit = 0; bit < 8 * good.length; bit++) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                assertThatThrownBy(() -> TEST_1.open("test", ByteBuffer.wrap(bad), LIMIT))
                        .as("bit %d", bit)
                        .isInstanceOf(CorruptBlobException.class);
            }
        }
    }

    @Test
    void everyOtherLengthIsFound() {
        byte[] good = TEST_1.seal(LONG, 3).array();
        for (int length = 0; length < good.length + 20; length++) {
            if (length != good.length) {
                ByteBuffer bad = ByteBuffer.wrap(Arrays.copyOf(good, length));
                assertThatThrownBy(() -> TEST_1.open("test", bad, LIMIT))
                        .as("length %d", length)
                        .isInstanceOf(CorruptBlobException.class);
            }
        }
    }

    @Test
    void refusesALaterVersion() {
        ByteBuffer later = TEST_3.seal(SHORT, 3);
        assertThatThrownBy(() -> TEST_1.open("blob x", later, LIMIT))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessage("blob x: version from 1 to 1 expected, found 3");
    }

    @Test
    void readsAnEarlierVersion() throws IOException {
        assertThat(TEST_3.open("test", TEST_1.seal(SHORT, 3), LIMIT).header().version())
                .isEqualTo(1);
    }

    @Test
    void refusesFlagsThatMustBeUnderstood() throws IOException {
        assertThat(TEST_3.readHeader("test", TEST_3.header(0b100, 0)).mustUnderstand())
                .isEqualTo(0b100);
        BlobFraming knowsLess = new BlobFraming("MTST", 3, 0b001);
        assertThatThrownBy(() -> knowsLess.readHeader("blob x", TEST_3.header(0b101, 0)))
                .isInstanceOf(UnsupportedBlobException.class)
                .hasMessageContaining("found 5");
    }

    @Test
    void passesFlagsThatMayBeSkipped() throws IOException {
        assertThat(TEST_1.readHeader("test", TEST_1.header(0, 0xffff_ffffL)).maySkip())
                .isEqualTo(0xffff_ffffL);
    }

    @Test
    void refusesAnotherKind() {
        ByteBuffer other = new BlobFraming("MOTH", 1, 0).seal(SHORT, 3);
        assertThatThrownBy(() -> TEST_1.open("blob x", other, LIMIT))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessage("blob x at 0: magic MTST expected, found 4d4f5448");
    }

    @Test
    void refusesABodyBeyondTheLimit() {
        ByteBuffer sealed = TEST_1.seal(LONG, 3);
        assertThatThrownBy(() -> TEST_1.open("test", sealed, LONG.remaining() - 1))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("found one of 450");
    }

    @Test
    void readsFromThePositionOfABuffer() throws IOException {
        ByteBuffer sealed = TEST_1.seal(LONG, 3);
        ByteBuffer padded = ByteBuffer.allocateDirect(sealed.remaining() + 9).position(9);
        padded.put(sealed).position(9);
        assertThat(TEST_1.open("test", padded, LIMIT).body()).isEqualTo(LONG);
        assertThat(padded.position()).isEqualTo(9);
    }

    @Test
    void refusesToWriteWhatCannotBeRead() {
        assertThatIllegalArgumentException().isThrownBy(() -> TEST_1.header(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> TEST_1.header(0, 1L << 32));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlobFraming("TOOLONG", 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlobFraming("MTST", 0, 0));
    }

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
