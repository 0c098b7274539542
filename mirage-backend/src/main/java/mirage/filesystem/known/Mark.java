package mirage.filesystem.known;

import mirage.bytes.ByteSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes at a place by which something is recognised, and where its label and UUID are.
 *
 * @param type what they mean
 * @param at where they are; below 0 it counts from the end
 * @param magic the bytes
 * @param label where it is, or null
 * @param uuid where it is, or null
 */
record Mark(String type, long at, byte[] magic, @Nullable Field label, @Nullable Field uuid) {
    /**
     * A text or 16 bytes of a UUID.
     *
     * @param at from the start
     * @param length in bytes
     */
    record Field(long at, int length) {}

    /**
     * @param magic letters; what is not printable in hexadecimal, between angle brackets: {@code LUKS<babe>}
     */
    static Mark of(String type, long at, String magic) {
        return new Mark(type, at, bytes(magic), null, null);
    }

    Mark withLabel(long labelAt, int length) {
        return new Mark(type, at, magic, new Field(labelAt, length), uuid);
    }

    /** 16 bytes. */
    Mark withUuid(long uuidAt) {
        return new Mark(type, at, magic, label, new Field(uuidAt, 16));
    }

    /** Letters, up to a zero. */
    Mark withUuidText(long uuidAt, int length) {
        return new Mark(type, at, magic, label, new Field(uuidAt, length));
    }

    boolean isIn(ByteSource volume) throws IOException {
        long offset = at < 0 ? volume.length() + at : at;
        return offset >= 0
                && offset <= volume.length() - magic.length
                && Arrays.equals(read(volume, offset, magic.length), magic);
    }

    KnownContent describe(ByteSource volume) throws IOException {
        return new KnownContent(type, text(volume, label), uuid(volume));
    }

    private String uuid(ByteSource volume) throws IOException {
        if (uuid == null || uuid.length != 16 || uuid.at > volume.length() - uuid.length) {
            return text(volume, uuid);
        }
        byte[] bytes = read(volume, uuid.at, 16);
        if (Arrays.equals(bytes, new byte[16])) {
            return "";
        }
        String hex = HexFormat.of().formatHex(bytes);
        return String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    }

    private static String text(ByteSource volume, @Nullable Field field) throws IOException {
        if (field == null || field.at > volume.length() - field.length) {
            return "";
        }
        String text = new String(read(volume, field.at, field.length), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end)).stripTrailing();
    }

    private static byte[] read(ByteSource volume, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        volume.readFully(at, bytes);
        return bytes.array();
    }

    private static byte[] bytes(String magic) {
        ByteBuffer bytes = ByteBuffer.allocate(magic.length());
        for (int i = 0; i < magic.length(); i++) {
            if (magic.charAt(i) == '<') {
                int end = magic.indexOf('>', i);
                bytes.put(HexFormat.of().parseHex(magic, i + 1, end));
                i = end;
            } else {
                bytes.put((byte) magic.charAt(i));
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
