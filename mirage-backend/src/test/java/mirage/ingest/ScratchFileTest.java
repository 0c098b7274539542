package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.catalog.ImageId;
import mirage.library.RandomDisks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

final class ScratchFileTest {
    private static final ImageId IMAGE = new ImageId("image");

    @TempDir private Path directory;

    private ScratchFile open() throws IOException {
        return new ScratchFile(SpoolDirectory.open(directory, "node").openScratch(IMAGE));
    }

    private static void add(ScratchFile file, byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += ScratchFile.STRETCH_BYTES) {
            int end = Math.min(bytes.length, at + ScratchFile.STRETCH_BYTES);
            file.add(Arrays.copyOfRange(bytes, at, end), end - at);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 262_144, 1_000_000, 5_000_001})
    void whatWasAddedIsReadAndItsZerosAreHoles(int length) throws IOException {
        byte[] bytes = RandomDisks.disk(20260707, length);
        UploadMap map = CutterTest.uploadMap(bytes);
        try (ScratchFile file = open()) {
            add(file, bytes);
            ByteSource source = file.bytes();
            assertThat(source.length()).isEqualTo(length);
            ByteBuffer read = ByteBuffer.allocate(length);
            source.readFully(0, read);
            assertThat(read.array()).isEqualTo(bytes);
            for (int at = 0; at < length; at += UploadMap.BLOCK_BYTES) {
                assertThat(source.runAt(at))
                        .isEqualTo(new ByteSource.Run(map.endOfRun(at) - at, map.isZeroBlock(at)));
            }
        }
    }

    @Test
    void zerosTakeNoRoom() throws IOException {
        try (ScratchFile file = open()) {
            add(file, new byte[9_000_000]);
            assertThat(file.size()).isEqualTo(9_000_000);
            assertThat(file.writtenBytes()).isZero();
            ByteSource source = file.bytes();
            assertThat(source.length()).isEqualTo(9_000_000);
            assertThat(source.runAt(0)).isEqualTo(new ByteSource.Run(9_000_000, true));
        }
    }

    /** So that whatever ends the process, nothing is left. */
    @Test
    void itHasNoName() throws IOException {
        SpoolDirectory spools = SpoolDirectory.open(directory, "node");
        try (FileChannel channel = spools.openScratch(IMAGE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}));
            try (var files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
