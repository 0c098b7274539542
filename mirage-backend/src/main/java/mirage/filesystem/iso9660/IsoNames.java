package mirage.filesystem.iso9660;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Recorded names as Linux shows them by default, where Rock Ridge gives no other. */
final class IsoNames {
    private static final int VERSION_BYTES = 2;

    private IsoNames() {}

    /** In lower case, without version 1 and the dot of an empty extension. ECMA-119, 7.5. */
    static byte[] plain(byte[] recorded) {
        byte[] name = Arrays.copyOf(recorded, plainLength(recorded));
        for (int i = 0; i < name.length; i++) {
            if (name[i] >= 'A' && name[i] <= 'Z') {
                name[i] += 'a' - 'A';
            } else if (name[i] == ';' || name[i] == '/') {
                name[i] = '.';
            }
        }
        return name;
    }

    private static int plainLength(byte[] recorded) {
        int end = 0;
        while (end < recorded.length && recorded[end] != 0) {
            end++;
        }
        if (end < recorded.length || !endsWithVersion(recorded, end)) {
            return end;
        }
        end -= VERSION_BYTES;
        return end > 0 && recorded[end - 1] == '.' ? end - 1 : end;
    }

    /** UTF-16 as UTF-8, without version 1 and dots at the end, which Windows does not like. Joliet Specification. */
    static byte[] joliet(byte[] recorded) {
        byte[] name =
                new String(recorded, StandardCharsets.UTF_16BE).getBytes(StandardCharsets.UTF_8);
        int end = name.length;
        if (end > VERSION_BYTES && endsWithVersion(name, end)) {
            end -= VERSION_BYTES;
        }
        while (end >= 2 && name[end - 1] == '.') {
            end--;
        }
        return Arrays.copyOf(name, end);
    }

    private static boolean endsWithVersion(byte[] name, int end) {
        return end >= VERSION_BYTES && name[end - 2] == ';' && name[end - 1] == '1';
    }
}
