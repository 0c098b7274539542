package mirage.deploy;

import mirage.codec.Checksum;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What stands behind the content of a file on a {@link Shelf}: {@code docs/format/deploy-shelf.md}.
 *
 * @param length of the content in bytes
 * @param madeAt to the millisecond
 * @param sha256 of the content, 64 hexadecimal digits
 */
record ShelfFooter(long length, Instant madeAt, String sha256) {
    static final int BYTES = 56;

    private static final int CRC_AT = 48;
    private static final int MAGIC = 0x4d53_4c46; // MSLF
    private static final int DIGEST_BYTES = 32;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(length).putLong(madeAt.toEpochMilli());
        bytes.put(HexFormat.of().parseHex(sha256));
        bytes.putInt(Checksum.crc32c(bytes.slice(0, CRC_AT)));
        return bytes.putInt(MAGIC).flip();
    }

    /**
     * Reads the footer of a file.
     *
     * @param fileLength the file's length with the footer
     * @return null when it is none, or not of a file of that length
     */
    static @Nullable ShelfFooter decode(ByteBuffer bytes, long fileLength) {
        if (bytes.remaining() != BYTES
                || bytes.getInt(CRC_AT + Integer.BYTES) != MAGIC
                || bytes.getInt(CRC_AT) != Checksum.crc32c(bytes.slice(0, CRC_AT))
                || bytes.getLong(0) != fileLength - BYTES) {
            return null;
        }
        byte[] digest = new byte[DIGEST_BYTES];
        bytes.get(2 * Long.BYTES, digest);
        return new ShelfFooter(
                bytes.getLong(0),
                Instant.ofEpochMilli(bytes.getLong(Long.BYTES)),
                HexFormat.of().formatHex(digest));
    }
}
