package mirage.filesystem.cluster;

import java.util.Locale;

/** The number that a volume gets when it is formatted. */
public final class VolumeSerial {
    private VolumeSerial() {}

    /** As {@code blkid} and DOS write it: {@code 1A2B-3C4D}. */
    public static String text(long serial) {
        return String.format(Locale.ROOT, "%04X-%04X", serial >>> 16 & 0xffff, serial & 0xffff);
    }
}
