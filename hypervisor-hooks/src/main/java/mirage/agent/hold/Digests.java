package mirage.agent.hold;

import mirage.bytes.ByteSource;
import mirage.codec.DataDigest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Digests of files. */
public final class Digests {
    private static final int BUFFER_BYTES = 1 << 20;

    private Digests() {}

    /** Comes between the reads of a file that is digested. */
    public interface Pace {
        void read(int bytes) throws IOException;
    }

    /** The digest of a source's data. */
    public static DataDigest ofData(ByteSource source, Pace pace) throws IOException {
        DataDigest.Stream digest = new DataDigest.Stream();
        read(source, pace, digest::update);
        return digest.finish();
    }

    /** SHA-256 of all bytes of a source, in hexadecimal, lower case. */
    public static String sha256(ByteSource source, Pace pace) throws IOException {
        MessageDigest digest = sha256();
        read(source, pace, digest::update);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Both digests of a source, read once. */
    public record Both(DataDigest data, String sha256) {}

    /** The digest of a source's data, and SHA-256 of all its bytes. */
    public static Both both(ByteSource source, Pace pace) throws IOException {
        DataDigest.Stream data = new DataDigest.Stream();
        MessageDigest all = sha256();
        read(
                source,
                pace,
                bytes -> {
                    data.update(bytes);
                    all.update(bytes);
                });
        return new Both(data.finish(), HexFormat.of().formatHex(all.digest()));
    }

    private static void read(ByteSource source, Pace pace, Consumer<ByteBuffer> reader)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < source.length(); at += buffer.limit()) {
            int part = (int) Math.min(BUFFER_BYTES, source.length() - at);
            source.readFully(at, buffer.clear().limit(part));
            reader.accept(buffer.flip());
            pace.read(part);
        }
    }
}
