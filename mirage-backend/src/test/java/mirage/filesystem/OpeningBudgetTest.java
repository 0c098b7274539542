package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.layout.DiskLayout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** What is too much work to open is opaque, and costs nobody his upload. */
final class OpeningBudgetTest {
    /** A FAT32 of 8 GiB whose root directory jumps through all of the table. */
    private record ScatteredRoot() implements ByteSource {
        private static final int SECTOR = 512;
        private static final int CLUSTERS = (16 << 20) - 3;
        private static final int JUMP = 1_000_003;
        private static final int TABLE_AT = 32 * SECTOR;
        private static final int TABLE_BYTES = 64 << 20;
        private static final byte[] BOOT_SECTOR = bootSector();

        private static byte[] bootSector() {
            ByteBuffer bytes = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put(0, (byte) 0xeb).putShort(11, (short) SECTOR).put(13, (byte) 1);
            bytes.putShort(14, (short) 32).put(16, (byte) 1).put(21, (byte) 0xf8);
            bytes.putInt(32, (TABLE_AT + TABLE_BYTES) / SECTOR + CLUSTERS);
            bytes.putInt(36, TABLE_BYTES / SECTOR).putInt(44, 2);
            bytes.put(82, "FAT32   ".getBytes(StandardCharsets.US_ASCII));
            return bytes.array();
        }

        @Override
        public long length() {
            return TABLE_AT + TABLE_BYTES + (long) SECTOR * CLUSTERS;
        }

        @Override
        public int readAt(long position, ByteBuffer target) {
            int wanted = (int) Math.min(target.remaining(), Math.max(0, length() - position));
            for (long at = position; at < position + wanted; at++) {
                target.put(byteAt(at));
            }
            return wanted;
        }

        private static byte byteAt(long at) {
            if (at < SECTOR) {
                return BOOT_SECTOR[(int) at];
            }
            if (at < TABLE_AT || at >= TABLE_AT + TABLE_BYTES) {
                return 0;
            }
            long cluster = (at - TABLE_AT) / 4;
            long next = cluster < 2 ? 0x0ffffff8 : 2 + (cluster - 2 + JUMP) % CLUSTERS;
            return (byte) (next >> 8 * ((at - TABLE_AT) % 4));
        }

        @Override
        public void close() {}
    }

    @Test
    void aDirectoryInTooManyPlacesIsRefused() {
        assertThatThrownBy(() -> FileSystems.open(new ScatteredRoot(), new Warnings()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("bytes of metadata work");
    }

    @Test
    void anUploadOfItIsABareDisk() throws IOException {
        Warnings warnings = new Warnings();
        DiskLayout layout = DiskLayout.read(new ScatteredRoot(), warnings, MemoryPool.unlimited());
        assertThat(layout.volumes()).singleElement().matches(volume -> volume.fileSystem() == null);
        assertThat(warnings.messages())
                .singleElement()
                .asString()
                .startsWith("volume 0: ")
                .contains("bytes of metadata work");
    }

    @ParameterizedTest
    @CsvSource({"ntfs, few", "fat, fat32-fewest", "exfat, clusters-4k", "btrfs, few"})
    void whatAllVolumesHaveUsedUpIsGone(String format, String name) throws IOException {
        ByteSource image = ByteSources.of(new GoldenImages(format).image(name));
        WorkBudget all = WorkBudget.ofOpenings(image.length());
        assertThat(FileSystems.open(image, new Warnings(), all)).isNotNull();
        assertThatThrownBy(() -> all.charge(1L << 40))
                .isInstanceOf(WorkBudget.ExhaustedException.class);
        assertThatThrownBy(() -> FileSystems.open(image, new Warnings(), all))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("to open all volumes");
    }
}
