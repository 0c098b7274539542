package mirage.filesystem.ext4;

import java.util.zip.CRC32C;

/**
 * CRC-32C of metadata. Kernel documentation, "Checksums".
 *
 * <p>The file system's checksums are the bare register of the CRC, without the final complement, and start from the
 * register that a seed gives (the checksum of the UUID, or {@code s_checksum_seed}). {@link CRC32C} always starts
 * anew, but each register can be reached from there by exactly one word, so a word stands in for the seed. That keeps
 * the processor's instruction in use.
 */
final class Ext4Checksums {
    /** CRC-32C, reflected. */
    private static final int POLYNOMIAL = 0x82f63b78;

    private final byte[] seedWord = new byte[4];
    private final byte[] words = new byte[8];

    Ext4Checksums(int seed) {
        int register = seed;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            register = register < 0 ? (register ^ POLYNOMIAL) << 1 | 1 : register << 1;
        }
        putWord(seedWord, 0, ~register);
    }

    /** Without a seed. */
    static int crc32c(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return register(crc);
    }

    /** Starts a checksum from the file system's seed. */
    CRC32C seeded() {
        CRC32C crc = new CRC32C();
        crc.update(seedWord, 0, seedWord.length);
        return crc;
    }

    /** Starts a checksum from the seed and one word. */
    CRC32C seeded(int word) {
        CRC32C crc = seeded();
        putWord(words, 0, word);
        crc.update(words, 0, 4);
        return crc;
    }

    /** Starts a checksum of something that belongs to an inode. */
    CRC32C seeded(long inode, int generation) {
        CRC32C crc = seeded();
        putWord(words, 0, (int) inode);
        putWord(words, 4, generation);
        crc.update(words, 0, 8);
        return crc;
    }

    /** The checksum as the file system stores it. */
    static int register(CRC32C crc) {
        return ~(int) crc.getValue();
    }

    static String mismatch(String what, int computed, int stored) {
        return what
                + ": checksum 0x"
                + Integer.toHexString(computed)
                + " expected, found 0x"
                + Integer.toHexString(stored);
    }

    private static void putWord(byte[] target, int at, int word) {
        for (int i = 0; i < 4; i++) {
            target[at + i] = (byte) (word >>> (8 * i));
        }
    }
}
