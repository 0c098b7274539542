package mirage.filesystem.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;
import mirage.filesystem.RawName;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** The parts of the reader that images exercise only in their middle. */
final class Ext4PartsTest {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aSeedContinuesTheChecksumThatItIs() {
        // the catalogued check value of CRC-32C is that with the final complement
        assertThat(Ext4Checksums.crc32c(CHECK, 0, 9)).isEqualTo(~0xe3069283);
        for (int split = 0; split <= CHECK.length; split++) {
            int seed = Ext4Checksums.crc32c(CHECK, 0, split);
            CRC32C rest = new Ext4Checksums(seed).seeded();
            rest.update(CHECK, split, CHECK.length - split);
            assertThat(Ext4Checksums.register(rest)).isEqualTo(~0xe3069283);
        }
    }

    @Test
    void longSetHoldsWhatWasAdded() {
        LongSet set = new LongSet();
        Set<Long> same = new HashSet<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            long value = 1 + random.nextLong(5000) * (1L << random.nextInt(40));
            assertThat(set.add(value)).isEqualTo(same.add(value));
        }
    }

    @Test
    void accessListsGetTheirIds() throws FormatException {
        RawName disk = hex("01000000 01000600 02000700e8030000 04000400 20000400");
        assertThat(Ext4Acl.toAttribute(disk))
                .isEqualTo(
                        hex(
                                "02000000 01000600ffffffff 02000700e8030000"
                                        + " 04000400ffffffff 20000400ffffffff"));
        assertThatThrownBy(() -> Ext4Acl.toAttribute(hex("01000000 02000700e803")))
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Ext4Acl.toAttribute(hex("01000000 0100")))
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Ext4Acl.toAttribute(RawName.EMPTY))
                .isInstanceOf(FormatException.class);
    }

    private static RawName hex(String text) {
        return RawName.of(HexFormat.of().parseHex(text.replace(" ", "")));
    }
}
