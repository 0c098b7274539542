package mirage.filesystem.exfat;

import mirage.bytes.FormatException;

import java.nio.ByteBuffer;

/** The sums of exFAT: each byte is added after the sum was rotated right by one bit. */
final class ExfatChecksums {
    private ExfatChecksums() {}

    /** Of 16 bits, over the remaining bytes; "SetChecksum", "NameHash". */
    static int sum16(int before, ByteBuffer bytes) {
        int sum = before;
        while (bytes.hasRemaining()) {
            sum = ((sum & 1) << 15 | sum >>> 1) + (bytes.get() & 0xff) & 0xffff;
        }
        return sum;
    }

    /** Of 32 bits, over the remaining bytes; "Main and Backup Boot Checksum", "TableChecksum". */
    static int sum32(int before, ByteBuffer bytes) {
        int sum = before;
        while (bytes.hasRemaining()) {
            sum = Integer.rotateRight(sum, 1) + (bytes.get() & 0xff);
        }
        return sum;
    }

    /** Says what was expected and found. */
    static FormatException mismatch(String what, int computed, int stored) {
        return new FormatException(
                what
                        + ": checksum 0x"
                        + Integer.toHexString(computed)
                        + " expected, found 0x"
                        + Integer.toHexString(stored));
    }
}
