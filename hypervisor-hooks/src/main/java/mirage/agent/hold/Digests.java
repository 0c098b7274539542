package mirage.agent.hold;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files. */
public final class Digests {
    private static final int BUFFER_BYTES = 1 << 20;

    private Digests() {}

    /** Comes between the reads of a file that is digested. */
    public interface Pace {
        void read(int bytes) throws IOException;
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** The digest of a source, in hexadecimal. */
    public static String sha256(ByteSource source, Pace pace) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < source.length(); at += buffer.limit()) {
            int part = (int) Math.min(BUFFER_BYTES, source.length() - at);
            source.readFully(at, buffer.clear().limit(part));
            digest.update(buffer.flip());
            pace.read(part);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
