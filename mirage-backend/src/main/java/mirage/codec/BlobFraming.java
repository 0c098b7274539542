package mirage.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The header that all blobs of ours begin with, and blobs that are one body: {@code docs/format/framing.md}. Integers
 * are big-endian.
 * <pre>
 *   header = magic:4 version:u16 mustUnderstand:u16 maySkip:u32 crc32c:u32
 *   sealed = header section
 * </pre>
 *
 * @param magic four ASCII letters, one word for each kind of blob
 * @param version the newest that is known, and the one that is written, from 1
 * @param understood bits of mustUnderstand that are known
 */
public record BlobFraming(String magic, int version, int understood) {
    /** Length of the header. */
    public static final int HEADER_BYTES = 16;

    private static final int CRC_AT = 12;

    public BlobFraming {
        if (!magic.matches("[A-Z0-9]{4}")
                || version < 1
                || version >>> 16 != 0
                || understood >>> 16 != 0) {
            throw new IllegalArgumentException(
                    "framing \"" + magic + "\" version " + version + " flags " + understood);
        }
    }

    /**
     * What a blob says of itself.
     *
     * @param version from 1 to the newest that is known
     * @param mustUnderstand only bits that are understood
     * @param maySkip any bits
     */
    public record Header(int version, int mustUnderstand, long maySkip) {}

    /** A sealed blob, taken apart. */
    public record Opened(Header header, ByteBuffer body) {}

    /** The header of the version that is written. */
    public ByteBuffer header(int mustUnderstand, long maySkip) {
        if ((mustUnderstand & ~understood) != 0 || maySkip >>> 32 != 0) {
            throw new IllegalArgumentException("flags " + mustUnderstand + " and " + maySkip);
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.put(magic.getBytes(StandardCharsets.US_ASCII));
        header.putShort((short) version).putShort((short) mustUnderstand).putInt((int) maySkip);
        return header.putInt(Checksum.crc32c(header.slice(0, CRC_AT))).flip();
    }

    /**
     * Reads the header at a buffer's position, which is left as it is.
     *
     * @param object names the blob in messages
     * @throws CorruptBlobException when it is damaged, or of another kind
     * @throws UnsupportedBlobException when it is of a later version, or has flags that must be understood and are not
     */
    public Header readHeader(String object, ByteBuffer blob)
            throws CorruptBlobException, UnsupportedBlobException {
        if (blob.remaining() < HEADER_BYTES) {
            throw new CorruptBlobException(
                    object,
                    0,
                    "header of "
                            + HEADER_BYTES
                            + " bytes expected, found the end after "
                            + blob.remaining());
        }
        ByteBuffer header = blob.slice(blob.position(), HEADER_BYTES);
        String foundMagic =
                StandardCharsets.ISO_8859_1.decode(header.slice(0, magic.length())).toString();
        if (!foundMagic.equals(magic)) {
            throw new CorruptBlobException(
                    object,
                    0,
                    "magic " + magic + " expected, found " + "%08x".formatted(header.getInt(0)));
        }
        int crc = Checksum.crc32c(header.slice(0, CRC_AT));
        if (crc != header.getInt(CRC_AT)) {
            throw new CorruptBlobException(
                    object,
                    0,
                    "header with CRC32C "
                            + Checksum.text(header.getInt(CRC_AT))
                            + " expected, found "
                            + Checksum.text(crc));
        }
        int foundVersion = header.getShort(4) & 0xffff;
        int mustUnderstand = header.getShort(6) & 0xffff;
        if (foundVersion < 1 || foundVersion > version) {
            throw new UnsupportedBlobException(
                    object, "version from 1 to " + version + " expected, found " + foundVersion);
        }
        if ((mustUnderstand & ~understood) != 0) {
            throw new UnsupportedBlobException(
                    object,
                    "no must-understand flags but "
                            + Integer.toHexString(understood)
                            + " expected, found "
                            + Integer.toHexString(mustUnderstand));
        }
        return new Header(foundVersion, mustUnderstand, header.getInt(8) & 0xffff_ffffL);
    }

    /**
     * What follows the header of a blob that is checked by its name, such as a chunk: there is no checksum here.
     *
     * @param object names the blob in messages
     */
    public ByteReader body(String object, ByteBuffer blob)
            throws CorruptBlobException, UnsupportedBlobException {
        readHeader(object, blob);
        return new ByteReader(
                object,
                blob.slice(blob.position() + HEADER_BYTES, blob.remaining() - HEADER_BYTES));
    }

    /** A blob of this framing's version, without flags, that is one body. */
    public ByteBuffer seal(ByteBuffer body, int level) {
        ByteBuffer header = header(0, 0);
        ByteBuffer section = Section.encode(body, level);
        ByteBuffer blob =
                ByteBuffer.allocate(Math.addExact(header.remaining(), section.remaining()));
        return blob.put(header).put(section).flip();
    }

    /**
     * Takes apart what {@link #seal} made, of this version or an earlier one.
     *
     * @param object names the blob in messages
     * @param blob all of it, from position to limit
     * @param maxBodyBytes the largest body to accept
     * @throws CorruptBlobException when it is damaged, too large, or of another kind
     * @throws UnsupportedBlobException when a later Mirage wrote it in a way that this one cannot read
     */
    public Opened open(String object, ByteBuffer blob, int maxBodyBytes)
            throws CorruptBlobException, UnsupportedBlobException {
        Header header = readHeader(object, blob);
        ByteBuffer section =
                blob.slice(blob.position() + HEADER_BYTES, blob.remaining() - HEADER_BYTES);
        return new Opened(header, Section.decode(object, HEADER_BYTES, section, maxBodyBytes));
    }
}
