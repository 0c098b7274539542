package mirage.codec;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), as an int whose 32 bits are the checksum. */
public final class Checksum {
    private Checksum() {}

    /** Of the bytes between position and limit of the buffers, one behind the other; they are left as they are. */
    public static int crc32c(ByteBuffer... parts) {
        CRC32C crc = new CRC32C();
        for (ByteBuffer part : parts) {
            crc.update(part.duplicate());
        }
        return (int) crc.getValue();
    }

    /** For messages. */
    public static String text(int crc) {
        return "%08x".formatted(crc);
    }
}
