package mirage.image.wrapped;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Whatever became of a compressed file, it is decoded or refused: no other exception, in bounded time and memory. {@link Fuzz} says
 * how to run more of it.
 */
final class WrappedMutationTest {
    private static final long INPUTS = 4000;

    /** A mutation can decode to more than the original. */
    private static final long MOST_BYTES = 64 << 20;

    @Test
    void anyBytesAreDecodedOrRefused() throws IOException {
        List<String> names =
                GoldenFiles.names("wrapped", ".img").stream()
                        .map(name -> "wrapped/" + name + ".img")
                        .toList();
        assertThat(names).hasSizeGreaterThan(10);
        long refused =
                Fuzz.run(
                        names,
                        name -> new Mutator(GoldenFiles.unpacked(name)),
                        INPUTS,
                        WrappedMutationTest::decode);
        assertThat(refused).isPositive();
    }

    private static void decode(ByteSource image) throws FormatException {
        try {
            Wrapping wrapping = Wrapping.of(image);
            if (wrapping == null) {
                return;
            }
            byte[] buffer = new byte[1 << 20];
            try (InputStream in = wrapping.open(image)) {
                for (long at = 0; at < MOST_BYTES; at += buffer.length) {
                    if (in.readNBytes(buffer, 0, buffer.length) < buffer.length) {
                        return;
                    }
                }
            }
        } catch (IOException refused) {
            throw new FormatException("refused", refused);
        }
    }
}
