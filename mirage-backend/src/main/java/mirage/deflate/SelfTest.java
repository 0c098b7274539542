package mirage.deflate;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Makes sure, in a few milliseconds, that the encoder writes on this JVM what it wrote when it was frozen: lengths and
 * checksums that zlib 1.2.13 wrote, made by {@code golden/deflate/make.py}. It finds a change of the encoder, not a defect
 * of a compiler that shows under load: for that each content that is made again must be held against its digest.
 */
public final class SelfTest {
    private static final int WORDS = 800;
    private static final int WORD_BYTES = 5;
    private static final int NOISE_BYTES = 1000;
    private static final int ZERO_BYTES = 2000;
    private static final int COPIED_BYTES = 3000;

    /**
     * @param crc32 of what is written
     */
    private record Vector(DeflateParameters parameters, int length, int crc32) {}

    private static final List<Vector> VECTORS =
            List.of(
                    new Vector(new DeflateParameters(6, 12, 9, Wrapper.RAW), 3851, 0x79dc1ab4),
                    new Vector(new DeflateParameters(6, 15, 8, Wrapper.ZLIB), 2794, 0xa685de0d),
                    new Vector(new DeflateParameters(1, 10, 2, Wrapper.RAW), 4040, 0xb2b30c97),
                    new Vector(new DeflateParameters(9, 9, 1, Wrapper.ZLIB), 4308, 0x97b30762));

    private SelfTest() {}

    /**
     * Encodes a content in several ways.
     *
     * @throws IllegalStateException when the encoder does not write what it must
     */
    public static void run() {
        byte[] content = content();
        for (Vector vector : VECTORS) {
            byte[] encoded = Deflate.encode(vector.parameters(), ByteBuffer.wrap(content));
            CRC32 checksum = new CRC32();
            checksum.update(encoded);
            if (encoded.length != vector.length() || (int) checksum.getValue() != vector.crc32()) {
                throw new IllegalStateException(
                        "deflate with %s: %d bytes of CRC %08x expected, found %d of %08x"
                                .formatted(
                                        vector.parameters(),
                                        vector.length(),
                                        vector.crc32(),
                                        encoded.length,
                                        checksum.getValue()));
            }
        }
    }

    /** Something like text, noise, zeros, and the begin again. */
    static byte[] content() {
        byte[] content = new byte[WORDS * WORD_BYTES + NOISE_BYTES + ZERO_BYTES + COPIED_BYTES];
        int at = 0;
        int state = 1;
        for (int word = 0; word < WORDS; word++) {
            state = next(state);
            int chosen = state >>> 24;
            for (int letter = 0; letter < WORD_BYTES; letter++) {
                content[at++] = (byte) ('a' + (chosen >>> letter & 7) * (letter + 1) % 26);
            }
        }
        for (int noise = 0; noise < NOISE_BYTES; noise++) {
            state = next(state);
            content[at++] = (byte) (state >>> 24);
        }
        System.arraycopy(content, 0, content, at + ZERO_BYTES, COPIED_BYTES);
        return content;
    }

    private static int next(int state) {
        return state * 1664525 + 1013904223;
    }
}
