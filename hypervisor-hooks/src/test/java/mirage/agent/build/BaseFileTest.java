package mirage.agent.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.agent.build.BaseFile.BaseFailedException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What may happen to a base between two reads. */
final class BaseFileTest {
    private static final int LENGTH = 100_000;
    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("base");
        byte[] ones = new byte[LENGTH];
        java.util.Arrays.fill(ones, (byte) 1);
        Files.write(file, ones);
    }

    @Test
    void whatIsCutShortFails() throws IOException {
        try (BaseFile base = BaseFile.open(file)) {
            assertThat(base.readAt(0, ByteBuffer.allocate(LENGTH))).isEqualTo(LENGTH);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(LENGTH / 2);
            }
            assertThat(base.readAt(0, ByteBuffer.allocate(LENGTH / 2))).isEqualTo(LENGTH / 2);
            assertThatThrownBy(() -> base.readAt(0, ByteBuffer.allocate(LENGTH)))
                    .isInstanceOf(BaseFailedException.class)
                    .hasMessageContaining("cut short at 50000");
            assertThatThrownBy(() -> base.readFully(LENGTH - 1, ByteBuffer.allocate(1)))
                    .isInstanceOf(BaseFailedException.class);
        }
    }

    @Test
    void ofACopyThatEndsEarlyNothingIsLeft() throws IOException {
        Path image = directory.resolve("image");
        try (BaseFile base = BaseFile.open(file);
                FileChannel to =
                        FileChannel.open(
                                image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            assertThat(base.copy(0, 8192, to, 0)).isTrue();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(LENGTH / 2);
            }
            assertThat(base.copy(8192, LENGTH - 8192, to, 8192)).isFalse();
            assertThat(to.size()).isEqualTo(8192);
        }
    }

    @Test
    void whatIsRemovedOrReplacedIsReadToItsEnd() throws IOException {
        try (BaseFile base = BaseFile.open(file)) {
            Files.delete(file);
            Files.write(file, new byte[LENGTH]);
            ByteBuffer last = ByteBuffer.allocate(1);
            base.readFully(LENGTH - 1, last);
            assertThat(last.get(0)).isEqualTo((byte) 1);
        }
    }

    @Test
    void whatIsNotThereFails() {
        assertThatThrownBy(() -> BaseFile.open(directory.resolve("none")))
                .isInstanceOf(BaseFailedException.class);
    }
}
