package mirage.manifest;

import mirage.filesystem.RawName;

/**
 * The order in which a walk shows paths: a directory before what it holds, names in a directory by their bytes. So a
 * slash comes before all other bytes.
 */
final class TreeOrder {
    private TreeOrder() {}

    static int compare(RawName left, RawName right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            int difference = weight(left.byteAt(i)) - weight(right.byteAt(i));
            if (difference != 0) {
                return difference;
            }
        }
        return left.length() - right.length();
    }

    private static int weight(byte octet) {
        return octet == '/' ? -1 : octet & 0xff;
    }

    /** Whether a path is a directory's own, or lies in the directory or deeper; all lie in the root, which is empty. */
    static boolean isAtOrBelow(RawName directory, RawName path) {
        int length = directory.length();
        if (length == 0) {
            return true;
        }
        if (path.length() < length || (path.length() > length && path.byteAt(length) != '/')) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (path.byteAt(i) != directory.byteAt(i)) {
                return false;
            }
        }
        return true;
    }
}
