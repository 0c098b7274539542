package mirage.codec;

import java.nio.ByteBuffer;

/**
 * A checksummed run of bytes inside a blob, compressed when that makes it smaller: {@code docs/format/framing.md}.
 * <pre>
 *   section = length:u32 stored:u32 crc32c:u32 bytes*stored
 *   stored &lt; length: one zstd frame; stored = length: as it is
 *   crc32c  is of length, stored and the stored bytes
 * </pre>
 */
public final class Section {
    /** Length of what stands before the stored bytes. */
    public static final int HEAD_BYTES = 12;

    private static final int CRC_AT = 8;

    private Section() {}

    /**
     * Makes a section.
     *
     * @param body from position to limit, left as it is
     * @param level of zstd, see {@link Zstd#compress}
     * @return the whole section
     */
    public static ByteBuffer encode(ByteBuffer body, int level) {
        byte[] stored = Zstd.compress(body, level);
        ByteBuffer section = ByteBuffer.allocate(Math.addExact(HEAD_BYTES, stored.length));
        section.putInt(body.remaining()).putInt(stored.length);
        section.putInt(crc(section, ByteBuffer.wrap(stored)));
        return section.put(stored).flip();
    }

    /**
     * Reads a section that fills the buffer from position to limit.
     *
     * @param object names the blob in messages
     * @param offset of the section in the blob
     * @param maxLength the largest body to accept, in bytes
     * @return the body, read-only
     * @throws CorruptBlobException when it is damaged, larger than that, or does not fill the buffer
     */
    public static ByteBuffer decode(String object, long offset, ByteBuffer section, int maxLength)
            throws CorruptBlobException {
        ByteBuffer all = section.slice();
        if (all.remaining() < HEAD_BYTES) {
            throw new CorruptBlobException(
                    object, offset, "section expected, found " + all.remaining() + " bytes");
        }
        long length = all.getInt(0) & 0xffff_ffffL;
        long stored = all.getInt(4) & 0xffff_ffffL;
        if (stored != all.remaining() - HEAD_BYTES) {
            throw new CorruptBlobException(
                    object,
                    offset,
                    "section of "
                            + stored
                            + " stored bytes expected, found "
                            + (all.remaining() - HEAD_BYTES));
        }
        ByteBuffer bytes = all.slice(HEAD_BYTES, (int) stored);
        int crc = crc(all, bytes);
        if (crc != all.getInt(CRC_AT)) {
            throw new CorruptBlobException(
                    object,
                    offset,
                    "section with CRC32C "
                            + Checksum.text(all.getInt(CRC_AT))
                            + " expected, found "
                            + Checksum.text(crc));
        }
        if (length > maxLength || stored > length) {
            throw new CorruptBlobException(
                    object,
                    offset,
                    "section of "
                            + stored
                            + " to "
                            + maxLength
                            + " bytes expected, found one of "
                            + length);
        }
        return Zstd.decompress(object, offset + HEAD_BYTES, bytes, (int) length);
    }

    private static int crc(ByteBuffer head, ByteBuffer stored) {
        return Checksum.crc32c(head.slice(0, CRC_AT), stored);
    }
}
