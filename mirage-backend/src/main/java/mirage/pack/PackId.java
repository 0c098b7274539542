package mirage.pack;

import mirage.blob.BlobKind;
import mirage.blob.BlobName;

import java.util.HexFormat;

/**
 * Names a pack: the SHA-256 of all its bytes.
 *
 * @param digits 64 lower-case hexadecimal digits
 */
public record PackId(String digits) {
    /** Length of an id in bytes. */
    public static final int BYTES = 32;

    public PackId {
        if (!isId(digits)) {
            throw new IllegalArgumentException("pack id \"" + digits + "\"");
        }
    }

    /** From the 32 bytes of a SHA-256. */
    public static PackId ofDigest(byte[] digest) {
        return new PackId(HexFormat.of().formatHex(digest));
    }

    /** The name of the blob that is the pack. */
    public BlobName blobName() {
        return new BlobName(BlobKind.PACK, digits);
    }

    public byte[] toBytes() {
        return HexFormat.of().parseHex(digits);
    }

    @Override
    public String toString() {
        return digits;
    }

    static boolean isId(String text) {
        return text.length() == 2 * BYTES && BlobName.isId(text);
    }
}
