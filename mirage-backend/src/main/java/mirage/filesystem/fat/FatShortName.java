package mirage.filesystem.fat;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/**
 * The name of eight and three characters in an entry, in code page 437, padded with spaces. "FAT Directory Structure",
 * {@code DIR_Name}. Windows NT keeps in {@code DIR_NTRes} that a part is to be shown in lower case, where it needs no
 * long name.
 */
final class FatShortName {
    static final int LENGTH = 11;
    private static final int BASE = 8;
    private static final int FLAGS_AT = 12;
    private static final int LOWER_BASE = 0x08;
    private static final int LOWER_EXTENSION = 0x10;

    /** Stands for 0xe5 in the first place, where that marks a free entry. */
    private static final byte KANJI = 0x05;

    private static final Charset CODE_PAGE = Charset.forName("IBM437");

    private FatShortName() {}

    /** In UTF-8. */
    static byte[] of(ByteBuffer entry) {
        byte[] bytes = new byte[LENGTH];
        entry.get(0, bytes);
        if (bytes[0] == KANJI) {
            bytes[0] = (byte) 0xe5;
        }
        int flags = entry.get(FLAGS_AT);
        String base = part(bytes, 0, BASE, (flags & LOWER_BASE) != 0);
        String extension = part(bytes, BASE, LENGTH, (flags & LOWER_EXTENSION) != 0);
        String name = extension.isEmpty() ? base : base + '.' + extension;
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** A volume label has no parts. */
    static String label(byte[] bytes) {
        byte[] label = bytes.clone();
        if (label[0] == KANJI) {
            label[0] = (byte) 0xe5;
        }
        return part(label, 0, LENGTH, false);
    }

    /** "FAT Long Directory Entries", {@code ChkSum}: over the eleven bytes as they stand in the entry. */
    static int checksum(ByteBuffer entry) {
        int sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            sum = ((sum & 1) << 7 | sum >>> 1) + (entry.get(i) & 0xff) & 0xff;
        }
        return sum;
    }

    private static String part(byte[] bytes, int from, int to, boolean lower) {
        int end = from;
        for (int i = from; i < to && bytes[i] != 0; i++) {
            end = bytes[i] == ' ' ? end : i + 1;
        }
        StringBuilder text = new StringBuilder();
        CharsetEncoder encoder = CODE_PAGE.newEncoder();
        for (int i = from; i < end; i++) {
            char shown = shown(bytes[i]);
            char small = Character.toLowerCase(shown);
            text.append(lower && encoder.canEncode(small) ? small : shown);
        }
        return text.toString();
    }

    private static char shown(byte octet) {
        return octet >= 0
                ? (char) octet
                : CODE_PAGE.decode(ByteBuffer.wrap(new byte[] {octet})).get(0);
    }
}
