package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import java.nio.ByteBuffer;

/**
 * One attribute of a record, or a part of one that has parts in several. "Attributes" of the NTFS documentation.
 *
 * @param type one of the constants
 * @param name empty for most
 * @param flags how the value is stored
 * @param place of the value
 */
record NtfsAttribute(int type, RawName name, int flags, Place place) {
    static final int STANDARD_INFORMATION = 0x10;
    static final int ATTRIBUTE_LIST = 0x20;
    static final int VOLUME_NAME = 0x60;
    static final int VOLUME_INFORMATION = 0x70;
    static final int DATA = 0x80;
    static final int INDEX_ROOT = 0x90;
    static final int INDEX_ALLOCATION = 0xa0;
    static final int BITMAP = 0xb0;
    static final int REPARSE_POINT = 0xc0;

    private static final int COMPRESSED = 0x00ff;
    private static final int ENCRYPTED = 0x4000;

    private static final int HEADER_BYTES = 16;
    private static final int RESIDENT_BYTES = 24;
    private static final int NON_RESIDENT_BYTES = 64;

    /** Where the value of an attribute is. */
    sealed interface Place {
        /** In the record. */
        record Resident(ByteBuffer value) implements Place {}

        /**
         * In clusters of the volume, or a part of it.
         *
         * @param firstCluster of the value that this part places (VCN)
         * @param size of the value in bytes; of the first part only, as all that follows
         * @param initialized how much of it was written, in bytes: the rest reads as zeros
         * @param unitBits clusters that are compressed together, as power of two; 0 when none are
         * @param runs in the form that {@link NtfsRunList} reads
         */
        record Scattered(
                long firstCluster, long size, long initialized, int unitBits, ByteBuffer runs)
                implements Place {}
    }

    boolean is(int otherType, RawName otherName) {
        return type == otherType && name.equals(otherName);
    }

    boolean isCompressed() {
        return (flags & COMPRESSED) != 0;
    }

    boolean isEncrypted() {
        return (flags & ENCRYPTED) != 0;
    }

    /**
     * @param bytes all of the attribute and nothing else
     * @throws FormatException when its parts do not fit into it
     */
    static NtfsAttribute parse(ByteBuffer bytes) throws FormatException {
        require(bytes, 0, HEADER_BYTES);
        int nameUnits = bytes.get(9) & 0xff;
        int nameAt = bytes.getShort(10) & 0xffff;
        RawName name = RawName.EMPTY;
        if (nameUnits > 0) {
            require(bytes, nameAt, 2L * nameUnits);
            name = RawName.of(NtfsNames.toUtf8(bytes, nameAt, nameUnits));
        }
        Place place = bytes.get(8) == 0 ? resident(bytes) : scattered(bytes);
        return new NtfsAttribute(bytes.getInt(0), name, bytes.getShort(12) & 0xffff, place);
    }

    private static Place resident(ByteBuffer bytes) throws FormatException {
        require(bytes, 0, RESIDENT_BYTES);
        long length = Integer.toUnsignedLong(bytes.getInt(16));
        int at = bytes.getShort(20) & 0xffff;
        require(bytes, at, length);
        return new Place.Resident(bytes.slice(at, (int) length).order(bytes.order()));
    }

    private static Place scattered(ByteBuffer bytes) throws FormatException {
        require(bytes, 0, NON_RESIDENT_BYTES);
        long first = bytes.getLong(16);
        int runsAt = bytes.getShort(32) & 0xffff;
        require(bytes, runsAt, 0);
        long size = bytes.getLong(48);
        long initialized = bytes.getLong(56);
        if (first < 0 || first == 0 && (size < 0 || initialized < 0)) {
            throw new FormatException(
                    "attribute "
                            + type(bytes)
                            + ": sizes that are not negative expected, found "
                            + size
                            + " and "
                            + initialized
                            + " from cluster "
                            + first);
        }
        ByteBuffer runs = bytes.slice(runsAt, bytes.limit() - runsAt);
        return new Place.Scattered(first, size, initialized, bytes.get(34) & 0xff, runs);
    }

    private static void require(ByteBuffer bytes, int at, long length) throws FormatException {
        if (at + length > bytes.limit()) {
            throw new FormatException(
                    "attribute "
                            + type(bytes)
                            + ": "
                            + length
                            + " bytes at "
                            + at
                            + " are outside its "
                            + bytes.limit());
        }
    }

    private static String type(ByteBuffer bytes) {
        return "0x" + Integer.toHexString(bytes.getInt(0));
    }
}
