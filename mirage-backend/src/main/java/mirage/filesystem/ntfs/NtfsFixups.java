package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;

import java.nio.ByteBuffer;

/**
 * Undoes what protects records of the MFT and blocks of an index against being written in part: the last two bytes of
 * each 512 are a number that is the same in all of them, and what belongs there stands in an array behind the header.
 * "Fixup" of the NTFS documentation.
 */
final class NtfsFixups {
    private static final int STRIDE = 512;

    private NtfsFixups() {}

    /**
     * A copy of the record with its own bytes in place.
     *
     * @param record of a multiple of 512 bytes
     * @param what it is, for messages
     * @throws FormatException when it does not begin with the magic, or was written in part
     */
    static ByteBuffer undo(ByteBuffer record, int magic, String what) throws FormatException {
        if (record.getInt(0) != magic) {
            throw new FormatException(
                    what
                            + ": magic 0x"
                            + Integer.toHexString(magic)
                            + " expected, found 0x"
                            + Integer.toHexString(record.getInt(0)));
        }
        int arrayAt = record.getShort(4) & 0xffff;
        int count = record.getShort(6) & 0xffff;
        int strides = record.limit() / STRIDE;
        if (count != strides + 1 || arrayAt + 2 * count > STRIDE - 2) {
            throw new FormatException(
                    what
                            + ": an update sequence of "
                            + (strides + 1)
                            + " numbers expected, found "
                            + count
                            + " at "
                            + arrayAt);
        }
        ByteBuffer whole = ByteBuffer.allocate(record.limit()).order(record.order());
        whole.put(0, record, 0, record.limit());
        short number = record.getShort(arrayAt);
        for (int stride = 0; stride < strides; stride++) {
            int end = (stride + 1) * STRIDE - 2;
            if (record.getShort(end) != number) {
                throw new FormatException(
                        what + ": the update sequence number differs at " + end + ": torn write");
            }
            whole.putShort(end, record.getShort(arrayAt + 2 * (stride + 1)));
        }
        return whole;
    }
}
