package mirage.filesystem.cluster;

import java.nio.charset.StandardCharsets;

/** A name in UTF-16 as the kernel shows it: in UTF-8, without halves of surrogate pairs. */
public final class Utf16Name {
    private Utf16Name() {}

    /**
     * @param units of UTF-16
     * @param length how many of them
     */
    public static byte[] toUtf8(char[] units, int length) {
        StringBuilder whole = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            if (!Character.isSurrogate(units[i])) {
                whole.append(units[i]);
            } else if (i + 1 < length && Character.isSurrogatePair(units[i], units[i + 1])) {
                whole.append(units[i]).append(units[++i]);
            }
        }
        return whole.toString().getBytes(StandardCharsets.UTF_8);
    }
}
