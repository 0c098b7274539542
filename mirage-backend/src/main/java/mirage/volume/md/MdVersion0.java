package mirage.volume.md;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The superblock of version 0.90: 1024 words of 32 bits in the byte order of the machine that made it, in the last 64 KiB
 * of the device that begin at a multiple of 64 KiB. By the number of the word:
 *
 * <pre>
 *    0 magic major minor patch 0 uuid0 created level memberKiB numbered devices preferredMinor 0 uuid1 uuid2 uuid3
 *   32 updated state active working failed spare checksum events:2 checkpointEvents:2 recoveryCheckpoint
 *   44 reshapePosition:2 newLevel deltaDevices newLayout newChunk
 *   64 layout chunkBytes
 *  128 a descriptor of 32 words for each device
 *  992 this device: number major minor role state
 * </pre>
 */
final class MdVersion0 {
    private static final long MAGIC = 0xa92b4efcL;
    private static final int BYTES = 4096;
    private static final int RESERVED_BYTES = 64 << 10;
    private static final int CHECKSUM_WORD = 38;
    private static final int MAX_DEVICES = 27;
    private static final int KIB = 1024;

    private static final int CLEAN = 1;
    private static final int FAULTY = 1;
    private static final int ACTIVE_AND_IN_SYNC = 6;

    private MdVersion0() {}

    /**
     * The superblock of a device.
     *
     * @return null when there is none
     * @throws FormatException when there is a damaged one
     */
    static @Nullable MdSuperblock read(ByteSource device) throws IOException {
        long offset = device.length() / RESERVED_BYTES * RESERVED_BYTES - RESERVED_BYTES;
        if (offset <= 0) {
            return null;
        }
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            StructReader start = StructReader.read("md superblock", device, offset, 12, order);
            if (start.u32(0) == MAGIC && start.u32(4) == 0 && start.u32(8) >= 90) {
                return values(
                        StructReader.read("md superblock 0.90", device, offset, BYTES, order),
                        order,
                        offset);
            }
        }
        return null;
    }

    private static MdSuperblock values(StructReader in, ByteOrder order, long offset)
            throws FormatException {
        long checksum = checksum(in);
        in.require(
                checksum == word(in, CHECKSUM_WORD),
                "checksum",
                4 * CHECKSUM_WORD,
                Long.toHexString(checksum),
                Long.toHexString(word(in, CHECKSUM_WORD)));
        int level = in.s32(4 * 7);
        boolean isStriped = level != MdLevel.RAID1;
        long chunkBytes = isStriped ? word(in, 65) : 0;
        long state = word(in, 996);
        boolean hasRole = (state & FAULTY) == 0 && (state & ACTIVE_AND_IN_SYNC) != 0;
        long events = in.s64(4 * 39);
        return new MdSuperblock(
                "0.90",
                uuid(in),
                "",
                level,
                in.boundedU32(4 * 10, 0, MAX_DEVICES, "number of devices"),
                chunkBytes,
                word(in, 8) * KIB,
                hasRole ? in.boundedU32(4 * 995, 0, MAX_DEVICES, "role") : MdSuperblock.NO_ROLE,
                0,
                offset,
                events,
                (word(in, 33) & CLEAN) != 0 || !mirrors(level),
                word(in, 2) > 90 && in.s64(4 * 44) != -1L && in.s32(4 * 47) != 0);
    }

    private static boolean mirrors(int level) {
        return level != MdLevel.RAID0 && level != MdLevel.LINEAR;
    }

    private static String uuid(StructReader in) throws FormatException {
        return String.format(
                "%08x:%08x:%08x:%08x", word(in, 5), word(in, 13), word(in, 14), word(in, 15));
    }

    private static long word(StructReader in, int number) throws FormatException {
        return in.u32(4 * number);
    }

    private static long checksum(StructReader in) throws FormatException {
        long sum = 0;
        for (int word = 0; word < BYTES / 4; word++) {
            sum += word == CHECKSUM_WORD ? 0 : word(in, word);
        }
        return (sum & 0xffff_ffffL) + (sum >>> 32) & 0xffff_ffffL;
    }
}
