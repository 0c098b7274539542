package mirage.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;
import mirage.filesystem.decode.Lzo1x;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** The parts of the reader that images exercise only in their middle. */
final class BtrfsPartsTest {
    /** Of lengths on both sides of those at which the algorithm changes its way, as its users publish them. */
    @Test
    void xxHash64IsAsPublished() {
        assertThat(XxHash64.of(text(""))).isEqualTo(0xef46db3751d8e999L);
        assertThat(XxHash64.of(text("a"))).isEqualTo(0xd24ec4f1a98c6e5bL);
        assertThat(XxHash64.of(text("abc"))).isEqualTo(0x44bc2cf5ad770999L);
        assertThat(XxHash64.of(text("Nobody inspects the spammish repetition")))
                .isEqualTo(0xfbcea83c8a378bf1L);
    }

    /** RFC 7693 has an example for the long digest only; these are by Python's hashlib. */
    @Test
    void blake2bIsAsOthersComputeIt() {
        assertThat(hex(Blake2b.of(text(""))))
                .isEqualTo("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
        assertThat(hex(Blake2b.of(text("abc"))))
                .isEqualTo("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
        assertThat(hex(Blake2b.of(text("a".repeat(128)))))
                .isEqualTo("ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450");
        assertThat(hex(Blake2b.of(text("a".repeat(129)))))
                .isEqualTo("2f64744a6de0d2c0b56e64cf6e29a5aaa255010d415d51c75ccc82f73dccd865");
    }

    @Test
    void numbersOfFilesCarryTheirSubvolume() throws FormatException {
        assertThat(BtrfsNumber.of(BtrfsRoot.TOP_LEVEL, 257).toLong()).isEqualTo(257);
        for (long subvolume : new long[] {5, 256, (1 << 23) - 1}) {
            for (long objectId : new long[] {1, 256, (1L << 40) - 1}) {
                BtrfsNumber number = BtrfsNumber.of(subvolume, objectId);
                assertThat(number.toLong()).isPositive();
                assertThat(BtrfsNumber.of(number.toLong())).isEqualTo(number);
            }
        }
        assertThatThrownBy(() -> BtrfsNumber.of(256, 1L << 40)).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> BtrfsNumber.of(1 << 23, 256)).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> BtrfsNumber.of(0)).isInstanceOf(FormatException.class);
    }

    /** Each form of an instruction, by hand from the description of the stream. */
    @Test
    void lzoInstructionsDoWhatTheyAreDescribedToDo() throws FormatException {
        // a run of literals at the start; a match 1 back that repeats what it makes; the end
        assertThat(lzo("12 61 29 00 00 11 00 00", 64)).isEqualTo("a" + "a".repeat(11));
        // state 0: 4 literals; then, after many, 3 bytes from beyond 2 KiB are not there
        assertThatThrownBy(() -> lzo("01 61 62 63 64 00 00 11 00 00", 64))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("2049 back");
        // one byte less than 64: 3 bytes from within 2 KiB and 2 more literals
        assertThat(lzo("15 61 62 63 64 4e 00 78 79 11 00 00", 64)).isEqualTo("abcd" + "abc" + "xy");
        // after 1 to 3 literals: 2 bytes from within 1 KiB
        assertThat(lzo("15 61 62 63 64 4d 00 78 04 00 11 00 00", 64)).isEqualTo("abcdabcx" + "cx");
        // 5 to 8 bytes
        assertThat(lzo("15 61 62 63 64 ec 00 11 00 00", 64)).isEqualTo("abcd" + "abcdabcd");
        // long literals: 3 + 15 + 255 + 1
        String many = "62".repeat(274);
        assertThat(lzo("00 00 01" + many + "11 00 00", 300)).isEqualTo("b".repeat(274));
    }

    @Test
    void lzoIsHeldToItsBounds() {
        assertThatThrownBy(() -> lzo("", 64)).hasMessageContaining("ends in its middle");
        assertThatThrownBy(() -> lzo("ff 61", 1000)).hasMessageContaining("literals are more");
        assertThatThrownBy(() -> lzo("15 61 62 63 64 ec 00 11 00 00", 11))
                .hasMessageContaining("outside what there is");
        assertThatThrownBy(() -> lzo("00" + "00".repeat(1000), 64))
                .hasMessageContaining("ends in its middle");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            byte[] stored = new byte[random.nextInt(60)];
            random.nextBytes(stored);
            try {
                byte[] decoded = new byte[100];
                int count = Lzo1x.decode(stored, 0, stored.length, decoded, 10, 80);
                assertThat(count).isBetween(0, 80);
            } catch (FormatException e) {
                assertThat(e).hasMessageContaining("lzo");
            }
        }
    }

    private static String lzo(String hex, int room) throws FormatException {
        byte[] stored = HexFormat.of().parseHex(hex.replace(" ", ""));
        byte[] decoded = new byte[room];
        int count = Lzo1x.decode(stored, 0, stored.length, decoded, 0, room);
        return new String(decoded, 0, count, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
