package mirage.image.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.fuzz.Fuzz;
import mirage.fuzz.Mutator;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Any bytes are inspected without an exception, in bounded time. {@link Fuzz} says how to run more of it. */
final class ImageInspectorFuzzTest {
    private static final long INPUTS = 10_000;

    @Test
    void anyBytesAreInspected() throws IOException {
        long refused =
                Fuzz.run(
                        GoldenFiles.names("inspect", ""),
                        name -> new Mutator(padded(GoldenFiles.unpacked("inspect/" + name))),
                        INPUTS,
                        ImageInspectorFuzzTest::inspect);
        assertThat(refused).isZero();
    }

    private static void inspect(ByteSource image) throws IOException {
        Inspection found;
        try {
            found = ImageInspector.inspect(image);
        } catch (FormatException leaked) {
            throw new AssertionError("not for who inspects", leaked);
        }
        assertThat(found.size()).isEqualTo(image.length());
        assertThat(found.formats()).hasSameSizeAs(found.matches());
        if (found.matches().size() < 2) {
            assertThat(found.decided()).isNotNull();
        }
        for (FormatMatch match : found.matches()) {
            assertThat(match.failures()).allMatch(failure -> !failure.message().isBlank());
        }
    }

    /** The mutator changes some byte. */
    private static byte[] padded(byte[] image) {
        return image.length == 0 ? new byte[1] : image;
    }
}
