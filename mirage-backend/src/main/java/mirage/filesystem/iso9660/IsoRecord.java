package mirage.filesystem.iso9660;

import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Time;

import java.io.IOException;

/**
 * One directory record. ECMA-119, 9.1.
 *
 * @param position where it begins in the volume
 * @param length of the record
 * @param extent first block of the content, behind an extended attribute record
 * @param size bytes of the content
 * @param time when it was recorded
 * @param flags {@link #DIRECTORY} and others
 * @param interleaved whether the content is interleaved with that of others
 * @param name as it is recorded
 * @param systemUse what follows the name
 */
record IsoRecord(
        long position,
        int length,
        long extent,
        long size,
        Time time,
        int flags,
        boolean interleaved,
        byte[] name,
        StructReader systemUse) {

    static final int DIRECTORY = 0x2;
    static final int ASSOCIATED = 0x4;
    static final int CONTINUED = 0x80;

    private static final int HEADER_BYTES = 33;

    /**
     * @param sector that holds the whole record
     * @param sectorAt where the sector begins in the volume
     * @param at where the record begins in the sector; its length is not 0
     */
    static IsoRecord parse(StructReader sector, long sectorAt, int at) throws IOException {
        int length = sector.u8(at);
        sector.require(
                length > HEADER_BYTES && length <= sector.length() - at,
                "length",
                at,
                "from 34, within the sector",
                length);
        int nameLength = sector.u8(at + 32);
        sector.require(
                nameLength > 0 && nameLength <= length - HEADER_BYTES,
                "length of the name",
                at + 32,
                "within a record of " + length,
                nameLength);
        byte[] name = sector.bytes(at + HEADER_BYTES, nameLength);
        // A name of even length is followed by a byte that pads the record.
        int used = Math.min(length, HEADER_BYTES + nameLength + (nameLength + 1) % 2);
        return new IsoRecord(
                sectorAt + at,
                length,
                sector.u32(at + 2) + sector.u8(at + 1),
                sector.u32(at + 10),
                IsoTimes.of(sector.bytes(at + 18, IsoTimes.SHORT_BYTES)),
                sector.u8(at + 25),
                sector.u8(at + 26) != 0 || sector.u8(at + 27) != 0,
                name,
                sector.sub("system use", at + used, length - used));
    }

    boolean isDirectory() {
        return (flags & DIRECTORY) != 0;
    }

    boolean isAssociated() {
        return (flags & ASSOCIATED) != 0;
    }

    /** Whether the file goes on in the next record. */
    boolean isContinued() {
        return (flags & CONTINUED) != 0;
    }

    /** Whether it stands for the directory that it is in, or for its parent. */
    boolean isOwnOrParent() {
        return name.length == 1 && (name[0] == 0 || name[0] == 1);
    }

    boolean isOwn() {
        return name.length == 1 && name[0] == 0;
    }
}
