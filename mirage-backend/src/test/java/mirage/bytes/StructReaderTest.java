package mirage.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

final class StructReaderTest {
    private static final byte[] BYTES = {
        (byte) 0xff, (byte) 0xfe, (byte) 0xfd, (byte) 0xfc, 5, 6, 7, 8, 9, 10, 11, 12
    };
    private final StructReader little =
            StructReader.of("table", 1000, ByteBuffer.wrap(BYTES), ByteOrder.LITTLE_ENDIAN);

    @Test
    void fieldsInBothOrders() throws IOException {
        assertThat(little.length()).isEqualTo(12);
        assertThat(little.u8(0)).isEqualTo(0xff);
        assertThat(little.u16(0)).isEqualTo(0xfeff);
        assertThat(little.u32(0)).isEqualTo(0xfcfdfeffL);
        assertThat(little.s32(0)).isEqualTo(0xfcfdfeff);
        assertThat(little.s64(4)).isEqualTo(0x0c0b0a0908070605L);
        assertThat(little.bytes(4, 2)).containsExactly(5, 6);
        StructReader big =
                StructReader.read("table", ByteSources.of(BYTES), 4, 8, ByteOrder.BIG_ENDIAN);
        assertThat(big.s64(0)).isEqualTo(0x05060708090a0b0cL);
        assertThat(big.sub("row", 2, 4).u32(0)).isEqualTo(0x0708090aL);
    }

    @Test
    void whatLiesOutsideIsRefused() {
        refused(() -> little.u8(12), "12");
        refused(() -> little.u8(-1), "-1");
        refused(() -> little.u16(11), "2 bytes at 11");
        refused(() -> little.u32(9), "4 bytes at 9");
        refused(() -> little.s64(5), "8 bytes at 5");
        refused(() -> little.bytes(0, 13), "13 bytes");
        refused(() -> little.bytes(0, -1), "-1");
        refused(() -> little.bytes(Integer.MAX_VALUE, Integer.MAX_VALUE), "outside");
        refused(() -> little.sub("row", 8, 5), "5 bytes at 8");
        refused(
                () -> StructReader.read("table", ByteSources.of(BYTES), 5, 8, ByteOrder.BIG_ENDIAN),
                "source ends at 12");
        refused(
                () ->
                        StructReader.read(
                                "table",
                                ByteSources.of(BYTES),
                                Long.MAX_VALUE,
                                8,
                                ByteOrder.BIG_ENDIAN),
                "source ends at 12");
        refused(
                () ->
                        StructReader.read(
                                "table", ByteSources.of(BYTES), -8, 8, ByteOrder.BIG_ENDIAN),
                "table at -8");
    }

    @Test
    void boundsNameFieldPlaceExpectedAndFound() throws IOException {
        assertThat(little.boundedU32(8, 0, Integer.MAX_VALUE, "count")).isEqualTo(0x0c0b0a09);
        refused(
                () -> little.boundedU32(0, 1, 10, "count"),
                "table: count at 1000: expected from 1 to 10, found 4244504319");
        refused(
                () -> little.boundedS64(4, 0, 100, "size"),
                "table: size at 1004: expected from 0 to 100, found");
        refused(
                () -> little.sub("row 3", 4, 8).require(false, "magic", 2, "abc", 17),
                "table row 3: magic at 1006: expected abc, found 17");
    }

    @Test
    void warningsAreBounded() {
        Warnings warnings = new Warnings();
        for (int i = 0; i < 1000; i++) {
            warnings.add("x".repeat(i * 10));
        }
        assertThat(warnings.messages()).hasSize(101);
        assertThat(warnings.messages()).allMatch(message -> message.length() <= 501);
        assertThat(warnings.messages().getLast()).isEqualTo("and 900 more warnings");
    }

    private static void refused(ThrowingCallable read, String message) {
        assertThatThrownBy(read).isInstanceOf(FormatException.class).hasMessageContaining(message);
    }
}
