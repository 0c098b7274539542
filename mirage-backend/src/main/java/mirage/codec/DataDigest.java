package mirage.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Says which data lies where: SHA-256 over each block of 4096 bytes that is not all zeros, in order, its offset as a big
 * endian number of 64 bits before it. The last block may be shorter. Images are mostly zeros, so this takes a fraction of
 * the time of a digest over all bytes, and with the length it says as much.
 *
 * @param sha256 in hexadecimal, lower case
 */
public record DataDigest(String sha256) {
    private static final int BLOCK_BYTES = 4096;

    public DataDigest {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "64 hexadecimal digits of a SHA-256 expected, found " + sha256);
        }
    }

    public static DataDigest ofBytes(byte[] sha256) {
        return new DataDigest(HexFormat.of().formatHex(sha256));
    }

    public byte[] toBytes() {
        return HexFormat.of().parseHex(sha256);
    }

    /** Takes bytes from the first to the last. */
    public static final class Stream {
        private static final byte[] ZEROS = new byte[BLOCK_BYTES];

        private final MessageDigest digest = sha256();
        private final ByteBuffer offset = ByteBuffer.allocate(Long.BYTES);

        /** The block that has begun. */
        private final byte[] block = new byte[BLOCK_BYTES];

        private int filled;
        private long blockAt;

        /** Takes bytes; the buffer's position stays. */
        public void update(ByteBuffer bytes) {
            ByteBuffer rest = bytes.duplicate();
            while (rest.hasRemaining()) {
                if (filled == 0 && rest.remaining() >= BLOCK_BYTES && rest.hasArray()) {
                    int at = rest.arrayOffset() + rest.position();
                    take(rest.array(), at, BLOCK_BYTES);
                    rest.position(rest.position() + BLOCK_BYTES);
                } else {
                    int part = Math.min(rest.remaining(), BLOCK_BYTES - filled);
                    rest.get(block, filled, part);
                    fill(part);
                }
            }
        }

        /** Takes so many zeros, in no time. */
        public void zeros(long length) {
            long left = length;
            if (filled > 0) {
                int part = (int) Math.min(left, BLOCK_BYTES - filled);
                System.arraycopy(ZEROS, 0, block, filled, part);
                fill(part);
                left -= part;
            }
            blockAt += left - left % BLOCK_BYTES;
            int rest = (int) (left % BLOCK_BYTES);
            System.arraycopy(ZEROS, 0, block, filled, rest);
            fill(rest);
        }

        /** The digest of what was taken. Call once, as the last. */
        public DataDigest finish() {
            take(block, 0, filled);
            return ofBytes(digest.digest());
        }

        private void fill(int part) {
            filled += part;
            if (filled == BLOCK_BYTES) {
                filled = 0;
                take(block, 0, BLOCK_BYTES);
            }
        }

        private void take(byte[] bytes, int from, int length) {
            if (!Arrays.equals(bytes, from, from + length, ZEROS, 0, length)) {
                digest.update(offset.putLong(0, blockAt).array());
                digest.update(bytes, from, length);
            }
            blockAt += length;
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException(missing);
            }
        }
    }
}
