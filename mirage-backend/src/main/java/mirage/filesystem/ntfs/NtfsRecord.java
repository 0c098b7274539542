package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A record of the MFT: a file, or what did not fit into the record of one. "FILE record" of the NTFS documentation.
 *
 * @param number its place in the MFT
 * @param sequence how often that place was used, in the form that a reference to it has
 * @param links names of the file, by its own count
 * @param base reference to the record that this continues; 0 when it is the file's own
 * @param attributes those up to the first that makes no sense
 * @param damaged whether some make no sense
 */
record NtfsRecord(
        long number,
        int sequence,
        int links,
        int flags,
        long base,
        List<NtfsAttribute> attributes,
        boolean damaged) {
    private static final int MAGIC = 0x454c4946;
    private static final int HEADER_BYTES = 42;
    private static final int IN_USE = 1;
    private static final int DIRECTORY = 2;
    private static final int END = 0xffffffff;
    private static final int ALIGNMENT = 8;
    private static final long NUMBER_MASK = (1L << 48) - 1;

    /** The number of the record that a reference leads to. */
    static long number(long reference) {
        return reference & NUMBER_MASK;
    }

    /** How often the record was used when the reference was made; 0 when it does not say. */
    static int sequence(long reference) {
        return (int) (reference >>> 48);
    }

    /**
     * @param stored as it lies in the volume
     * @param volume takes warnings
     * @throws FormatException when it is no record, or was written in part
     */
    static NtfsRecord parse(long number, ByteBuffer stored, NtfsVolume volume)
            throws FormatException {
        String what = "record " + number;
        ByteBuffer bytes = NtfsFixups.undo(stored, MAGIC, what);
        int at = bytes.getShort(20) & 0xffff;
        long used = Integer.toUnsignedLong(bytes.getInt(24));
        if (at < HEADER_BYTES || at > used || used > bytes.limit()) {
            throw new FormatException(
                    what
                            + ": attributes expected within "
                            + bytes.limit()
                            + " bytes, found them from "
                            + at
                            + " to "
                            + used);
        }
        List<NtfsAttribute> attributes = new ArrayList<>();
        boolean damaged = false;
        try {
            parse(bytes.slice(0, (int) used).order(bytes.order()), at, attributes);
        } catch (FormatException e) {
            volume.warn(what + ": " + e.getMessage());
            damaged = true;
        }
        return new NtfsRecord(
                number,
                bytes.getShort(16) & 0xffff,
                bytes.getShort(18) & 0xffff,
                bytes.getShort(22) & 0xffff,
                bytes.getLong(32),
                attributes,
                damaged);
    }

    private static void parse(ByteBuffer bytes, int start, List<NtfsAttribute> attributes)
            throws FormatException {
        int at = start;
        while (at + 4 <= bytes.limit() && bytes.getInt(at) != END) {
            long length =
                    at + 8 <= bytes.limit() ? Integer.toUnsignedLong(bytes.getInt(at + 4)) : 0;
            if (length == 0 || length % ALIGNMENT != 0 || length > bytes.limit() - at) {
                throw new FormatException(
                        "an attribute at " + at + " of a length that makes no sense: " + length);
            }
            attributes.add(NtfsAttribute.parse(bytes.slice(at, (int) length).order(bytes.order())));
            at += (int) length;
        }
        if (at + 4 > bytes.limit()) {
            throw new FormatException("no end of the attributes before " + at);
        }
    }

    boolean isInUse() {
        return (flags & IN_USE) != 0;
    }

    boolean isDirectory() {
        return (flags & DIRECTORY) != 0;
    }
}
