package mirage.filesystem.xfs;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * CRC-32C of metadata: over the whole structure, with zeros in place of the checksum, which alone is little-endian.
 * "Metadata Integrity".
 */
final class XfsChecksums {
    private static final byte[] ZEROS = new byte[4];

    private XfsChecksums() {}

    /**
     * @param structure in an array
     * @param at where the checksum is
     * @return what is wrong with it, null when it is right
     */
    static @Nullable String problem(ByteBuffer structure, int at) {
        byte[] bytes = structure.array();
        int start = structure.arrayOffset();
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, at);
        crc.update(ZEROS, 0, ZEROS.length);
        int behind = at + ZEROS.length;
        crc.update(bytes, start + behind, structure.limit() - behind);
        int computed = (int) crc.getValue();
        int stored = structure.slice(at, ZEROS.length).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        return computed == stored
                ? null
                : "checksum 0x"
                        + Integer.toHexString(computed)
                        + " expected, found 0x"
                        + Integer.toHexString(stored);
    }
}
