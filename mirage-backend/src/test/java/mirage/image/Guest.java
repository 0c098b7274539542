package mirage.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.image.DiskImage.EncodedCluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a guest sees, as we and as QEMU tell it, in forms that can be compared. */
public final class Guest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Guest() {}

    /** A run of a disk that holds data or does not; neighbours differ. */
    public record Run(long offset, long length, boolean hole) {}

    /** Reads all of a source in pieces of 64 KiB. */
    public static String sha256(ByteSource source) throws IOException {
        MessageDigest digest = newSha256();
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        for (long at = 0; at < source.length(); ) {
            piece.clear();
            at += source.readAt(at, piece);
            digest.update(piece.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError(missing);
        }
    }

    public static List<Run> runs(ByteSource disk) throws IOException {
        List<Run> runs = new ArrayList<>();
        for (long at = 0; at < disk.length(); ) {
            ByteSource.Run run = disk.runAt(at);
            assertThat(run.length()).as("run at %s", at).isPositive();
            append(runs, at, run.length(), run.hole());
            at += run.length();
        }
        return runs;
    }

    public static JsonNode parse(byte[] json) throws IOException {
        return JSON.readTree(json);
    }

    /** Of the output of {@code qemu-img map --output=json}. */
    public static List<Run> runsOf(JsonNode map) {
        List<Run> runs = new ArrayList<>();
        for (JsonNode piece : map) {
            append(
                    runs,
                    piece.get("start").asLong(),
                    piece.get("length").asLong(),
                    !piece.get("data").asBoolean());
        }
        return runs;
    }

    /** QEMU gives an offset to what lies as it is in the file, also to zeros that have a place there. */
    public static ExtentMap plainMapOf(JsonNode map) {
        ExtentMap.Builder plain = new ExtentMap.Builder();
        for (JsonNode piece : map) {
            if (piece.get("data").asBoolean() && piece.has("offset")) {
                plain.add(
                        piece.get("start").asLong(),
                        piece.get("length").asLong(),
                        piece.get("offset").asLong());
            }
        }
        return plain.build();
    }

    private static void append(List<Run> runs, long offset, long length, boolean hole) {
        if (!runs.isEmpty() && runs.getLast().hole() == hole) {
            Run last = runs.removeLast();
            runs.add(new Run(last.offset(), last.length() + length, hole));
        } else {
            runs.add(new Run(offset, length, hole));
        }
    }

    /** What holds of any image that opens, however broken; looks at some bytes only, as the disk may be huge. */
    public static void assertSound(DiskImage image, ByteSource container) throws IOException {
        ByteSource disk = image.disk();
        assertThat(disk.length()).isEqualTo(image.virtualSize());
        ExtentMap plain = image.plainMap();
        for (int i = 0; i < plain.runCount(); i++) {
            ExtentMap.Run run = plain.run(i);
            assertThat(run.end()).isLessThanOrEqualTo(disk.length());
            assertThat(run.target() + run.length()).isLessThanOrEqualTo(container.length());
            if (i < 64) {
                assertThat(disk.runAt(run.offset()).hole()).isFalse();
                assertThat(head(disk, run.offset(), run.length()))
                        .isEqualTo(head(container, run.target(), run.length()));
            }
        }
        long end = 0;
        for (EncodedCluster cluster : image.encodedClusters()) {
            assertThat(cluster.containerOffset()).isGreaterThanOrEqualTo(end);
            assertThat(cluster.storedLength()).isPositive();
            assertThat(cluster.diskOffset()).isBetween(0L, disk.length() - 1);
            end = cluster.containerOffset() + cluster.storedLength();
        }
        assertThat(end).isLessThanOrEqualTo(container.length());
    }

    /** How many bytes of a disk cannot be read, found in steps of 512 bytes. */
    public static long unreadableBytes(ByteSource disk) throws IOException {
        long unreadable = 0;
        for (long at = 0; at < disk.length(); at += 512) {
            int length = (int) Math.min(512, disk.length() - at);
            try {
                disk.readFully(at, ByteBuffer.allocate(length));
            } catch (FormatException refused) {
                unreadable += length;
            }
        }
        return unreadable;
    }

    private static byte[] head(ByteSource source, long offset, long length) throws IOException {
        byte[] bytes = new byte[(int) Math.min(512, length)];
        source.readFully(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
