package mirage.encoder;

import java.nio.ByteBuffer;

/** Makes the same bytes of the same content, on any machine and in any later version. Safe for use by many threads. */
public interface Encoder {
    /** The longest content that recipes have encoded: twice the largest cluster of a qcow2. */
    int MAX_CONTENT_BYTES = 4 << 20;

    /** What recipes know it by: lower-case letters, digits and dashes. */
    String name();

    /**
     * Encodes the bytes between position and limit; the buffer is left as it is.
     *
     * @param content of at most {@value #MAX_CONTENT_BYTES} bytes
     */
    byte[] encode(ByteBuffer content);
}
