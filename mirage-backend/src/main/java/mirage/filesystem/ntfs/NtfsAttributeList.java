package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.LongSet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Which records a file's attributes are in. "$ATTRIBUTE_LIST" of the NTFS documentation. */
final class NtfsAttributeList {
    /** Windows makes none that is longer. */
    static final int MAX_BYTES = 256 << 10;

    private static final int ENTRY_BYTES = 26;

    private NtfsAttributeList() {}

    /**
     * References to records other than the file's own, each once, in the order of the list.
     *
     * @param own number of the file's record
     * @throws FormatException when an entry makes no sense
     */
    static List<Long> references(ByteBuffer list, long own) throws FormatException {
        List<Long> references = new ArrayList<>();
        LongSet seen = new LongSet();
        int at = 0;
        while (at + ENTRY_BYTES <= list.limit()) {
            int length = list.getShort(at + 4) & 0xffff;
            if (length < ENTRY_BYTES || length > list.limit() - at) {
                throw new FormatException(
                        "inode "
                                + own
                                + ": an entry of its attribute list at "
                                + at
                                + " has a length that makes no sense: "
                                + length);
            }
            long reference = list.getLong(at + 16);
            long number = NtfsRecord.number(reference);
            if (number != own && number != 0 && seen.add(number)) {
                references.add(reference);
            }
            at += length;
        }
        return references;
    }
}
