package mirage.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Against what zlib 1.2.13 wrote: {@code golden/deflate/make.py}. Every level, window and size of blocks is there. */
final class DeflateGoldenTest {
    private static final Path VECTORS = Path.of("src/test/resources/golden/deflate/vectors.tsv");

    @Test
    void everyVectorIsReproduced()
            throws IOException, NoSuchAlgorithmException, DataFormatException {
        List<String> lines = Files.readAllLines(VECTORS);
        Map<DeflateParameters, DeflateEncoder> encoders = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t", -1);
            byte[] content =
                    Contents.valueOf(fields[0])
                            .bytes(Integer.parseInt(fields[1]), Long.parseLong(fields[2]));
            DeflateParameters parameters =
                    new DeflateParameters(
                            Integer.parseInt(fields[3]),
                            Integer.parseInt(fields[4]),
                            Integer.parseInt(fields[5]),
                            Wrapper.valueOf(fields[6]));
            ByteBuffer encoded =
                    encoders.computeIfAbsent(parameters, DeflateEncoder::new)
                            .encode(ByteBuffer.wrap(content));
            requireDecodes(encoded, content, parameters);
            assertThat(encoded.remaining() + " " + sha256(encoded))
                    .as(line)
                    .isEqualTo(fields[7] + " " + fields[8]);
        }
        assertThat(encoders).hasSizeGreaterThan(600);
    }

    private static void requireDecodes(
            ByteBuffer encoded, byte[] content, DeflateParameters parameters)
            throws DataFormatException {
        Inflater inflater = new Inflater(parameters.wrapper() == Wrapper.RAW);
        inflater.setInput(encoded.duplicate());
        byte[] decoded = new byte[content.length + 1];
        int length = inflater.inflate(decoded);
        assertThat(inflater.finished()).isTrue();
        inflater.end();
        assertThat(ByteBuffer.wrap(decoded, 0, length)).isEqualTo(ByteBuffer.wrap(content));
    }

    private static String sha256(ByteBuffer bytes) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }
}
