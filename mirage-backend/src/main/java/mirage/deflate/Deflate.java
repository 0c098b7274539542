package mirage.deflate;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Encodes single contents. Whoever has many keeps a {@link DeflateEncoder}. */
public final class Deflate {
    /** What images are compressed with, the most frequent first: for {@link #find}. */
    public static final List<DeflateParameters> USUAL =
            List.of(
                    DeflateParameters.QCOW2,
                    DeflateParameters.COMPRESS,
                    DeflateParameters.COMPRESS.withLevel(9),
                    DeflateParameters.COMPRESS.withLevel(1),
                    DeflateParameters.QCOW2.withLevel(9),
                    DeflateParameters.QCOW2.withLevel(1),
                    new DeflateParameters(DeflateParameters.DEFAULT_LEVEL, 15, 8, Wrapper.RAW),
                    new DeflateParameters(9, 15, 8, Wrapper.RAW),
                    new DeflateParameters(1, 15, 8, Wrapper.RAW));

    private Deflate() {}

    /** Encodes the bytes between position and limit; the buffer is left as it is. */
    public static byte[] encode(DeflateParameters parameters, ByteBuffer content) {
        ByteBuffer encoded = new DeflateEncoder(parameters).encode(content);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    /**
     * Finds out how bytes were encoded.
     *
     * @param encoded all bytes of the stream, and no others
     * @param content what they decode to
     * @return the first of the candidates that makes the same bytes; none when no one does
     */
    public static Optional<DeflateParameters> find(
            List<DeflateParameters> candidates, ByteBuffer content, ByteBuffer encoded) {
        return candidates.stream()
                .filter(parameters -> new DeflateEncoder(parameters).reproduces(content, encoded))
                .findFirst();
    }
}
