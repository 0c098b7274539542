package mirage.conformance.suite;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A body, as the tables write it: its kind and its content.
 *
 * <pre>
 *   -                  none
 *   json TEXT          JSON
 *   v2.0 TEXT          a patch of that media type
 *   v2.1 TEXT
 *   octets N           N bytes, always the same; with their number said before
 *   chunked N          the same in chunks
 *   qcow2 N            an empty qcow2 of N virtual bytes
 *   as TYPE TEXT       TEXT with that media type; TYPE may be "nothing"
 * </pre>
 */
final class Body {
    private static final String OCTETS = "application/octet-stream";
    private static final Body NOTHING = new Body("", new byte[0], false);

    private final String type;
    private final byte[] bytes;
    private final boolean isChunked;

    private Body(String type, byte[] bytes, boolean isChunked) {
        this.type = type;
        this.bytes = bytes;
        this.isChunked = isChunked;
    }

    static Body parse(String text) {
        if (text.equals("-")) {
            return NOTHING;
        }
        String[] parts = text.split(" ", 2);
        String content = parts.length < 2 ? "" : parts[1];
        return switch (parts[0]) {
            case "json" -> text("application/json", content);
            case "v2.0" -> text("application/openstack-images-v2.0-json-patch", content);
            case "v2.1" -> text("application/openstack-images-v2.1-json-patch", content);
            case "octets" -> new Body(OCTETS, octets(Integer.parseInt(content)), false);
            case "chunked" -> new Body(OCTETS, octets(Integer.parseInt(content)), true);
            case "qcow2" -> new Body(OCTETS, emptyQcow2(Long.parseLong(content)), false);
            case "as" -> {
                String[] typed = content.split(" ", 2);
                String type = typed[0].equals("nothing") ? "" : typed[0];
                yield text(type, typed.length < 2 ? "" : typed[1]);
            }
            default -> throw new IllegalArgumentException("no such body: " + text);
        };
    }

    /** So many bytes, always the same. */
    static byte[] octets(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** The header Content-Type, empty for none. */
    String type() {
        return type;
    }

    byte[] bytes() {
        return bytes;
    }

    BodyPublisher publisher() {
        if (isChunked) {
            return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
        }
        return bytes.length == 0 && type.isEmpty()
                ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(bytes);
    }

    private static Body text(String type, String content) {
        return new Body(type, content.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Version 2, clusters of 64 KiB: header, refcount table, refcount block, L1 table. */
    private static byte[] emptyQcow2(long virtualBytes) {
        int cluster = 1 << 16;
        ByteBuffer image = ByteBuffer.allocate(4 * cluster);
        long bytesOfL1Entry = (long) cluster * cluster / 8;
        int l1Entries = (int) ((virtualBytes + bytesOfL1Entry - 1) / bytesOfL1Entry);
        image.putInt(0x514649fb).putInt(2).putLong(0).putInt(0).putInt(16).putLong(virtualBytes);
        image.putInt(0).putInt(l1Entries).putLong(3L * cluster).putLong(cluster).putInt(1);
        image.putInt(0).putLong(0);
        image.putLong(cluster, 2L * cluster);
        for (int used = 0; used < 4; used++) {
            image.putShort(2 * cluster + 2 * used, (short) 1);
        }
        return image.array();
    }
}
