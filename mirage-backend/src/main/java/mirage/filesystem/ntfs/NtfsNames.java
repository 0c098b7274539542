package mirage.filesystem.ntfs;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Names are 16-bit units that nobody checks to be UTF-16. They become UTF-8; a surrogate without its other half becomes
 * the three bytes that its number would have (as "WTF-8" has it, and ntfs-3g), so that different names stay different.
 */
final class NtfsNames {
    private static final int MOST_BYTES_OF_UNIT = 3;

    private NtfsNames() {}

    /**
     * @param names of little endian units
     * @param at of the first byte
     * @param units how many
     */
    static byte[] toUtf8(ByteBuffer names, int at, int units) {
        byte[] bytes = new byte[MOST_BYTES_OF_UNIT * units];
        int used = 0;
        for (int i = 0; i < units; i++) {
            char unit = names.getChar(at + 2 * i);
            int point = unit;
            if (Character.isHighSurrogate(unit) && i + 1 < units) {
                char next = names.getChar(at + 2 * i + 2);
                if (Character.isLowSurrogate(next)) {
                    point = Character.toCodePoint(unit, next);
                    i++;
                }
            }
            used = put(bytes, used, point);
        }
        return Arrays.copyOf(bytes, used);
    }

    private static int put(byte[] bytes, int at, int point) {
        int used = at;
        if (point < 0x80) {
            bytes[used++] = (byte) point;
        } else if (point < 0x800) {
            bytes[used++] = (byte) (0xc0 | point >> 6);
            bytes[used++] = (byte) (0x80 | point & 0x3f);
        } else if (point < 0x10000) {
            bytes[used++] = (byte) (0xe0 | point >> 12);
            bytes[used++] = (byte) (0x80 | point >> 6 & 0x3f);
            bytes[used++] = (byte) (0x80 | point & 0x3f);
        } else {
            bytes[used++] = (byte) (0xf0 | point >> 18);
            bytes[used++] = (byte) (0x80 | point >> 12 & 0x3f);
            bytes[used++] = (byte) (0x80 | point >> 6 & 0x3f);
            bytes[used++] = (byte) (0x80 | point & 0x3f);
        }
        return used;
    }
}
