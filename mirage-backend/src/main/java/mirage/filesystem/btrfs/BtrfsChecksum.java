package mirage.filesystem.btrfs;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The kinds of checksums, by the number that the superblock has for each. A checksum stands in front of the structure
 * in a field of 32 bytes, of which it takes the first, and covers what is behind that field. "Superblock", {@code
 * csum_type}.
 */
enum BtrfsChecksum {
    CRC32C {
        @Override
        byte[] of(ByteBuffer bytes) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.slice());
            return littleEndian(Integer.BYTES).putInt((int) crc.getValue()).array();
        }
    },
    XXHASH64 {
        @Override
        byte[] of(ByteBuffer bytes) {
            return littleEndian(Long.BYTES).putLong(XxHash64.of(bytes)).array();
        }
    },
    SHA256 {
        @Override
        byte[] of(ByteBuffer bytes) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(bytes.slice());
                return digest.digest();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    },
    BLAKE2B {
        @Override
        byte[] of(ByteBuffer bytes) {
            return Blake2b.of(bytes);
        }
    };

    private static final int FIELD_BYTES = 32;

    /** Over a buffer from position 0 to its limit. */
    abstract byte[] of(ByteBuffer bytes);

    private static ByteBuffer littleEndian(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What is wrong with the checksum of a structure; null when it is right. */
    @Nullable String problem(ByteBuffer structure) {
        byte[] computed = of(structure.slice(FIELD_BYTES, structure.limit() - FIELD_BYTES));
        byte[] stored = new byte[computed.length];
        structure.get(0, stored);
        return MessageDigest.isEqual(computed, stored)
                ? null
                : "checksum " + hex(computed) + " expected, found " + hex(stored);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
