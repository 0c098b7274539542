package mirage.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

class SparseBlocksTest {
    private static final int BLOCK = 4096;

    @TempDir private Path folder;

    private Path file() {
        return folder.resolve("file");
    }

    private long write(long at, byte[] bytes, int from, int length) throws IOException {
        try (FileChannel out =
                FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
            long written = SparseBlocks.write(out, at, buffer);
            assertThat(buffer.hasRemaining()).isFalse();
            return written;
        }
    }

    @Test
    void blocksOfZerosAreHoles() throws IOException {
        byte[] bytes = new byte[1024 * BLOCK];
        bytes[0] = 1;
        bytes[600 * BLOCK + 17] = 2;
        bytes[bytes.length - 1] = 3;

        assertThat(write(0, bytes, 0, bytes.length)).isEqualTo(3 * BLOCK);

        assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
    }

    @Test
    void blocksAreThoseOfTheFileNotOfTheBuffer() throws IOException {
        byte[] bytes = new byte[3 * BLOCK];
        Arrays.fill(bytes, 0, 100, (byte) 1);
        Arrays.fill(bytes, 2 * BLOCK + 50, 3 * BLOCK, (byte) 2);

        // The first block's end, a block of zeros, one whose data begins 50 before its end, most of
        // one.
        long written = write(BLOCK - 50, bytes, 50, 3 * BLOCK - 50);

        byte[] expected = new byte[4 * BLOCK - 100];
        System.arraycopy(bytes, 50, expected, BLOCK - 50, 3 * BLOCK - 50);
        assertThat(Files.readAllBytes(file())).isEqualTo(expected);
        assertThat(written).isEqualTo(50 + 2 * BLOCK - 100);
    }

    @Test
    void zerosAtTheEndAreLeftOut() throws IOException {
        byte[] bytes = new byte[2 * BLOCK + 10];
        bytes[5] = 1;

        assertThat(write(0, bytes, 0, bytes.length)).isEqualTo(BLOCK);

        assertThat(Files.size(file())).isEqualTo(BLOCK);
    }

    @Test
    void nothingIsWrittenOfZeros() throws IOException {
        assertThat(write(12345, new byte[100_000], 0, 100_000)).isZero();

        assertThat(Files.size(file())).isZero();
    }
}
