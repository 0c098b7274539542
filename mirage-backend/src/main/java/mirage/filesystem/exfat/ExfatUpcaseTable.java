package mirage.filesystem.exfat;

import mirage.bytes.FormatException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the upper case of each character is. "Up-case Table": a row of characters, in which 0xffff says that as many
 * characters as the next one says have no other upper case.
 */
final class ExfatUpcaseTable {
    /** A character for each unit of UTF-16, none left out. */
    static final int MAX_BYTES = 2 << 16;

    private static final int CHARACTERS = 1 << 16;
    private static final char SKIP = 0xffff;

    private final char[] upper = new char[CHARACTERS];

    /**
     * @param table not longer than {@link #MAX_BYTES}
     * @throws FormatException when it does not fit its checksum
     */
    static ExfatUpcaseTable read(ByteBuffer table, int checksum) throws FormatException {
        int computed = ExfatChecksums.sum32(0, table.duplicate());
        if (computed != checksum) {
            throw ExfatChecksums.mismatch("up-case table", computed, checksum);
        }
        return new ExfatUpcaseTable(table.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    private ExfatUpcaseTable(ByteBuffer table) {
        for (int i = 0; i < CHARACTERS; i++) {
            upper[i] = (char) i;
        }
        for (int next = 0; next < CHARACTERS && table.remaining() >= Character.BYTES; ) {
            char value = table.getChar();
            if (value == SKIP && table.remaining() >= Character.BYTES) {
                next += table.getChar();
            } else {
                upper[next++] = value;
            }
        }
    }

    /** "NameHash": over the name in upper case. */
    int hash(char[] name) {
        ByteBuffer bytes =
                ByteBuffer.allocate(name.length * Character.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (char unit : name) {
            bytes.putChar(upper[unit]);
        }
        return ExfatChecksums.sum16(0, bytes.flip());
    }
}
