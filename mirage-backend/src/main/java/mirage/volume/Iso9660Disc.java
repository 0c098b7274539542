package mirage.volume;

import mirage.bytes.ByteSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Discs with ISO 9660 may carry partition tables too, so that firmware boots them from a stick. Their partitions are
 * places within the disc, mostly of what its files are, and the file system is that of the whole disc, as Linux mounts
 * it. ECMA-119, 8.1: descriptors begin in sector 16 of 2048 bytes.
 */
final class Iso9660Disc {
    private static final long IDENTIFIER_AT = 16 * 2048 + 1;
    private static final byte[] IDENTIFIER = {'C', 'D', '0', '0', '1'};

    private Iso9660Disc() {}

    static boolean isOn(ByteSource disk) throws IOException {
        byte[] found = new byte[IDENTIFIER.length];
        return disk.readAt(IDENTIFIER_AT, ByteBuffer.wrap(found)) == found.length
                && Arrays.equals(found, IDENTIFIER);
    }
}
