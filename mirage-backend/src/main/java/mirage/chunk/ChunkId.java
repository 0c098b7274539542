package mirage.chunk;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Names a chunk: the SHA-256 of its content. Kept as four longs, because millions of them are in memory at a time. */
public record ChunkId(long a, long b, long c, long d) implements Comparable<ChunkId> {
    /** Length of an id in bytes. */
    public static final int BYTES = 32;

    private static final ThreadLocal<MessageDigest> SHA_256 =
            ThreadLocal.withInitial(ChunkId::newDigest);

    /** The id of the bytes between position and limit, which are left as they are. */
    public static ChunkId of(ByteBuffer content) {
        MessageDigest digest = SHA_256.get();
        digest.update(content.duplicate());
        return ofDigest(digest.digest());
    }

    public static ChunkId of(byte[] content, int offset, int length) {
        return of(ByteBuffer.wrap(content, offset, length));
    }

    /** From the 32 bytes of a SHA-256. */
    public static ChunkId ofDigest(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException(
                    "digest of " + digest.length + " bytes, not " + BYTES);
        }
        return read(ByteBuffer.wrap(digest));
    }

    /** Reads an id from a big-endian buffer. */
    public static ChunkId read(ByteBuffer in) {
        return new ChunkId(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    public void write(ByteBuffer out) {
        out.putLong(a).putLong(b).putLong(c).putLong(d);
    }

    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        write(bytes);
        return bytes.array();
    }

    /** From 64 hexadecimal digits. */
    public static ChunkId parse(String hex) {
        return ofDigest(HexFormat.of().parseHex(hex));
    }

    @Override
    public int compareTo(ChunkId other) {
        return Arrays.compareUnsigned(
                new long[] {a, b, c, d}, new long[] {other.a, other.b, other.c, other.d});
    }

    /** The digest is uniform already. */
    @Override
    public int hashCode() {
        return (int) a;
    }

    /** 64 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(toBytes());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
