package mirage.volume.lvm;

/**
 * The CRC-32 of LVM: the usual polynomial, begun with a number of its own and not inverted at the end, so that {@link
 * java.util.zip.CRC32} cannot make it.
 */
final class LvmChecksum {
    private static final int START = 0xf597a6cf;
    private static final int REFLECTED_POLYNOMIAL = 0xedb88320;
    private static final int[] TABLE = table();

    private LvmChecksum() {}

    static long of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    static long of(byte[] bytes, int from, int to) {
        int crc = START;
        for (int i = from; i < to; i++) {
            crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
        }
        return crc & 0xffff_ffffL;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ REFLECTED_POLYNOMIAL;
            }
            table[i] = value;
        }
        return table;
    }
}
