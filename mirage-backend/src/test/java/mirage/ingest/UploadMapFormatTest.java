package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.codec.CorruptBlobException;
import mirage.codec.UnsupportedBlobException;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** What was seen of an upload is the same when it is read again, and refused when it is not. */
final class UploadMapFormatTest {
    @Test
    void givesBackWhatWasSeen() throws IOException {
        int stretch = UploadMap.STRETCH_BYTES;
        for (int size :
                new int[] {0, 1, 4096, 4097, stretch - 1, stretch, stretch + 1, 20_000_003}) {
            UploadMap map = map(size);
            UploadMap read = UploadMapFormat.decode("map", UploadMapFormat.encode(map), size);
            assertThat(read.size()).isEqualTo(size);
            assertThat(read.crcs()).as("%d", size).isEqualTo(map.crcs());
            assertThat(read.data()).as("%d", size).isEqualTo(map.data());
            assertThat(read.sketch()).as("%d", size).isEqualTo(map.sketch());
        }
        assertThat(map(20_000_003).sketch().blocks()).isNotEmpty();
    }

    @Test
    void aMapOfAnotherUploadIsRefused() {
        ByteBuffer encoded = UploadMapFormat.encode(map(100_000));
        for (long size : new long[] {0, 99_999, 100_001, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> UploadMapFormat.decode("map", encoded.duplicate(), size))
                    .isInstanceOf(CorruptBlobException.class)
                    .hasMessageContaining("100000");
        }
    }

    @Test
    void mutatedMapsAreRefused() throws IOException {
        ByteBuffer encoded = UploadMapFormat.encode(map(3_000_000));
        byte[] whole = new byte[encoded.remaining()];
        encoded.get(whole);
        Mutator mutator = new Mutator(whole);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            ByteSource source = mutator.mutate(i);
            byte[] mutated = new byte[(int) source.length()];
            source.readFully(0, ByteBuffer.wrap(mutated));
            try {
                UploadMapFormat.decode("map", ByteBuffer.wrap(mutated), 3_000_000);
                assertThat(mutated).as("seed %d", i).isEqualTo(whole);
            } catch (CorruptBlobException | UnsupportedBlobException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private static UploadMap map(int size) {
        byte[] upload = new byte[size];
        new Random(size).nextBytes(upload);
        if (size > 300_000) {
            Arrays.fill(upload, 10_000, 300_000, (byte) 0);
        }
        return CutterTest.uploadMap(upload);
    }
}
