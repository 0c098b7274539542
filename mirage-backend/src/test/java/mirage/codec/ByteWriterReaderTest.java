package mirage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;

final class ByteWriterReaderTest {
    @Test
    void writesTheDocumentedBytes() {
        byte[] bytes =
                new ByteWriter(0)
                        .u8(0xff)
                        .u16(0x0102)
                        .u32(0xfffefdfcL)
                        .s64(-2)
                        .varint(300)
                        .signedVarint(-1)
                        .lengthPrefixed(new byte[] {7, 8})
                        .text("né")
                        .toBytes();
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "ff"
                                + "0102"
                                + "fffefdfc"
                                + "fffffffffffffffe"
                                + "ac02"
                                + "01"
                                + "020708"
                                + "036ec3a9");
    }

    @Test
    void readsWhatWasWritten() throws CorruptBlobException {
        ByteWriter out = new ByteWriter();
        out.u8(200).u16(65535).u32(0xffff_ffffL).s64(Long.MIN_VALUE);
        out.varint(-1).signedVarint(Long.MIN_VALUE).signedVarint(Long.MAX_VALUE);
        out.bytes(new byte[] {1, 2}).bytes(ByteBuffer.wrap(new byte[] {0, 3, 0}, 1, 1));
        out.lengthPrefixed(new byte[0]).text("").text("\ud83d\ude00");
        ByteReader in = new ByteReader("test", out.toBuffer());
        assertThat(in.u8()).isEqualTo(200);
        assertThat(in.u16()).isEqualTo(65535);
        assertThat(in.u32()).isEqualTo(0xffff_ffffL);
        assertThat(in.s64()).isEqualTo(Long.MIN_VALUE);
        assertThat(in.varint()).isEqualTo(-1);
        assertThat(in.signedVarint()).isEqualTo(Long.MIN_VALUE);
        assertThat(in.signedVarint()).isEqualTo(Long.MAX_VALUE);
        assertThat(in.bytes(3)).containsExactly(1, 2, 3);
        assertThat(in.lengthPrefixed()).isEmpty();
        assertThat(in.text()).isEmpty();
        assertThat(in.text()).isEqualTo("\ud83d\ude00");
        assertThat(in.hasRemaining()).isFalse();
        in.expectEnd();
    }

    @Test
    void varintsOfEveryMagnitudeComeBack() throws CorruptBlobException {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            long value = random.nextLong() >>> random.nextInt(64);
            ByteWriter out =
                    new ByteWriter().varint(value).signedVarint(value).signedVarint(-value);
            ByteReader in = new ByteReader("test", out.toBuffer());
            assertThat(in.varint()).isEqualTo(value);
            assertThat(in.signedVarint()).isEqualTo(value);
            assertThat(in.signedVarint()).isEqualTo(-value);
            in.expectEnd();
        }
    }

    @Test
    void refusesValuesThatDoNotFit() {
        ByteWriter out = new ByteWriter();
        assertThatIllegalArgumentException().isThrownBy(() -> out.u8(256));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u8(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u16(1 << 16));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u32(1L << 32));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u32(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> out.text("\ud83d"));
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "80", // no last byte
                "8000", // longer than needed
                "80808080808080808002", // the 65th bit
                "8080808080808080808000", // 11 bytes
                "ffffffffffffffffffff01"
            })
    void refusesVarintsThatNoWriterWrites(String hex) {
        assertThatThrownBy(() -> reader(hex).varint())
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageStartingWith("test at ");
    }

    @Test
    void refusesMalformedText() {
        assertThatThrownBy(() -> reader("02c328").text())
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("test at 1: UTF-8 expected");
    }

    @Test
    void boundsCounts() throws CorruptBlobException {
        assertThat(reader("05").boundedVarint(0, 5, "count")).isEqualTo(5);
        assertThatThrownBy(() -> reader("06").boundedVarint(0, 5, "count"))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessage("test at 0: count from 0 to 5 expected, found 6");
        assertThatThrownBy(() -> reader("ffffffffffffffffff01").boundedVarint(0, 5, "count"))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("found 18446744073709551615");
    }

    @Test
    void everyReadBeyondTheEndIsRefused() {
        assertThatThrownBy(() -> reader("").u8()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("00").u16()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("000000").u32()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("00").s64()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("00").bytes(2)).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("00").bytes(-1)).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("0201").lengthPrefixed())
                .isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("ffffffff07").lengthPrefixed())
                .isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("0561").text()).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> reader("00").expectEnd()).isInstanceOf(CorruptBlobException.class);
    }

    @Test
    void aBufferOfWhatWasWrittenDoesNotChange() {
        ByteWriter out = new ByteWriter().u8(1);
        ByteBuffer before = out.toBuffer();
        out.u8(2);
        assertThat(before).isEqualTo(ByteBuffer.wrap(new byte[] {1}));
    }

    private static ByteReader reader(String hex) {
        return new ByteReader("test", ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }
}
