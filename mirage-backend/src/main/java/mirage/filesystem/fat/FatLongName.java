package mirage.filesystem.fat;

import mirage.filesystem.cluster.Utf16Name;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A long name, of the entries that stand before that of the file, last part first. "FAT Long Directory Entries". A name
 * of which a part is missing, or that belongs to another file, does not count: a system that knows no long names has
 * changed the directory.
 */
final class FatLongName {
    private static final int LAST = 0x40;
    private static final int MAX_PARTS = 20;
    private static final int PART_UNITS = 13;
    private static final int FREE = 0xe5;
    private static final int CHECKSUM_AT = 13;

    private final char[] units = new char[MAX_PARTS * PART_UNITS];
    private int parts;
    private int missing;
    private int checksum;

    /** Takes the next part. */
    void take(ByteBuffer part) {
        int order = part.get(0) & 0xff;
        if (order == FREE) {
            forget();
            return;
        }
        if ((order & LAST) != 0) {
            parts = order & ~LAST;
            missing = parts;
            checksum = part.get(CHECKSUM_AT) & 0xff;
        }
        boolean expected =
                missing > 0
                        && parts <= MAX_PARTS
                        && (order & ~LAST) == missing
                        && (part.get(CHECKSUM_AT) & 0xff) == checksum;
        if (!expected) {
            parts = -1;
            missing = 0;
            return;
        }
        missing--;
        for (int i = 0; i < PART_UNITS; i++) {
            units[missing * PART_UNITS + i] = part.getChar(unitAt(i));
        }
    }

    /**
     * The name of a file, in UTF-8, and forgets it.
     *
     * @return null when it has none
     */
    byte @Nullable [] of(ByteBuffer entry) {
        boolean whole = parts > 0 && missing == 0 && FatShortName.checksum(entry) == checksum;
        int length = 0;
        while (whole && length < parts * PART_UNITS && units[length] != 0) {
            length++;
        }
        forget();
        return whole ? Utf16Name.toUtf8(units, length) : null;
    }

    /** Whether parts were taken that wait for their entry. */
    boolean isPending() {
        return parts != 0;
    }

    void forget() {
        parts = 0;
        missing = 0;
    }

    /** The 13 units stand in three places of the entry. */
    private static int unitAt(int index) {
        if (index < 5) {
            return 1 + 2 * index;
        }
        return index < 11 ? 14 + 2 * (index - 5) : 28 + 2 * (index - 11);
    }
}
