package mirage.rebuild;

import mirage.codec.Checksum;
import mirage.codec.CorruptBlobException;
import mirage.encoder.Encoders;
import mirage.manifest.RecipeRun;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Makes what an encoded run stands for. */
final class EncodedRun {
    private EncodedRun() {}

    /** Whether bytes are what the run's encoder makes. */
    static boolean isMadeBy(RecipeRun.Encoded run, byte[] bytes) {
        return bytes.length == run.encodedLength()
                && Checksum.crc32c(ByteBuffer.wrap(bytes)) == run.crc32c();
    }

    /**
     * Encodes.
     *
     * @param content of the run
     * @throws mirage.codec.UnsupportedBlobException when the encoder is not known here
     * @throws CorruptBlobException when it makes other bytes than it made when the image came
     */
    static byte[] encode(RecipeRun.Encoded run, ByteBuffer content) throws IOException {
        byte[] encoded = Encoders.named(run.encoder()).encode(content);
        if (!isMadeBy(run, encoded)) {
            throw new CorruptBlobException(
                    "content encoded by " + run.encoder(),
                    0,
                    "%d bytes with CRC32C %s expected, found %d with %s"
                            .formatted(
                                    run.encodedLength(),
                                    Checksum.text(run.crc32c()),
                                    encoded.length,
                                    Checksum.text(Checksum.crc32c(ByteBuffer.wrap(encoded)))));
        }
        return encoded;
    }
}
