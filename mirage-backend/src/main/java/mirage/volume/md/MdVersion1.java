package mirage.volume.md;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The superblock of version 1. Integers are little-endian, sizes and offsets in sectors of 512 bytes:
 *
 * <pre>
 *    0 magic:u32 major:u32 features:u32 0:u32
 *   16 arrayUuid:16 name:32 created:u64 level:s32 layout:u32 memberSize:u64 chunk:u32 devices:u32
 *   96 bitmapOffset:s32 newLevel:s32 reshapePosition:u64 deltaDevices:s32 newLayout:u32 newChunk:u32 newOffset:s32
 *  128 dataOffset:u64 dataSize:u64 superOffset:u64 recoveryOffset:u64 number:u32 corrected:u32 deviceUuid:16 flags:8
 *  192 updated:u64 events:u64 resyncOffset:u64 checksum:u32 maxDevices:u32 0:32
 *  256 role:u16 * maxDevices, by the device's number
 * </pre>
 */
final class MdVersion1 {
    private static final long MAGIC = 0xa92b4efcL;
    private static final int SECTOR = 512;
    private static final int HEADER_BYTES = 256;

    /** As many as fit into the 4 KiB that a superblock has. */
    private static final int MAX_DEVICES = (4096 - HEADER_BYTES) / 2;

    private static final int CHECKSUM_AT = 216;
    private static final int FIRST_ROLE_OF_NONE = 0xfffd;
    private static final long MAX_SECTORS = Long.MAX_VALUE / SECTOR;

    private static final int RECOVERING = 1 << 1;
    private static final int RESHAPING = 1 << 2;
    private static final int REPLACING = 1 << 4;

    /** Minor versions by place: the end of the device, its start, 4 KiB from its start. */
    private static final String[] VERSIONS = {"1.0", "1.1", "1.2"};

    private MdVersion1() {}

    /**
     * The superblock of a device.
     *
     * @return null when there is none
     * @throws FormatException when there are only damaged ones
     */
    static @Nullable MdSuperblock read(ByteSource device) throws IOException {
        FormatException damage = null;
        for (int minor : new int[] {1, 2, 0}) {
            long offset = offset(minor, device.length());
            if (offset < 0 || !isMagicAt(device, offset)) {
                continue;
            }
            try {
                return read(device, offset, VERSIONS[minor]);
            } catch (FormatException e) {
                damage = e;
            }
        }
        if (damage != null) {
            throw damage;
        }
        return null;
    }

    private static long offset(int minor, long deviceBytes) {
        return switch (minor) {
            case 1 -> 0;
            case 2 -> 4096;
            default -> (deviceBytes / SECTOR - 16) / 8 * 8 * SECTOR;
        };
    }

    private static boolean isMagicAt(ByteSource device, long offset) throws IOException {
        if (offset > device.length() - HEADER_BYTES) {
            return false;
        }
        StructReader in =
                StructReader.read("md superblock", device, offset, 8, ByteOrder.LITTLE_ENDIAN);
        return in.u32(0) == MAGIC && in.u32(4) == 1;
    }

    private static MdSuperblock read(ByteSource device, long offset, String version)
            throws IOException {
        String what = "md superblock " + version;
        int maxDevices =
                StructReader.read(what, device, offset, HEADER_BYTES, ByteOrder.LITTLE_ENDIAN)
                        .boundedU32(220, 0, MAX_DEVICES, "number of roles");
        int length = HEADER_BYTES + 2 * maxDevices;
        StructReader in = StructReader.read(what, device, offset, length, ByteOrder.LITTLE_ENDIAN);
        long checksum = checksum(in);
        in.require(
                checksum == in.u32(CHECKSUM_AT),
                "checksum",
                CHECKSUM_AT,
                Long.toHexString(checksum),
                Long.toHexString(in.u32(CHECKSUM_AT)));
        in.require(
                in.s64(144) == offset / SECTOR,
                "own place",
                144,
                Long.toString(offset / SECTOR),
                in.s64(144));
        return values(in, maxDevices, version);
    }

    private static MdSuperblock values(StructReader in, int maxDevices, String version)
            throws FormatException {
        int features = in.s32(8);
        long dataSectors = in.boundedS64(136, 0, MAX_SECTORS, "data size");
        return new MdSuperblock(
                version,
                MdUuid.text(in.bytes(16, 16)),
                name(in.bytes(32, 32)),
                in.s32(72),
                in.boundedU32(92, 0, MAX_DEVICES, "number of devices"),
                in.u32(88) * SECTOR,
                in.boundedS64(80, 0, MAX_SECTORS, "size of a member") * SECTOR,
                role(in, maxDevices),
                in.boundedS64(128, 0, MAX_SECTORS, "data offset") * SECTOR,
                dataSectors * SECTOR,
                in.s64(200),
                // All ones: nothing is left to be made alike.
                in.s64(208) == -1L,
                (features & (RECOVERING | RESHAPING | REPLACING)) != 0);
    }

    private static int role(StructReader in, int maxDevices) throws FormatException {
        long number = in.u32(160);
        int role = number < maxDevices ? in.u16(HEADER_BYTES + 2 * (int) number) : 0xffff;
        return role < FIRST_ROLE_OF_NONE ? role : MdSuperblock.NO_ROLE;
    }

    /** The name is that of the host, a colon, and what it was called there. */
    private static String name(byte[] field) {
        String text = new String(field, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        String name = end < 0 ? text : text.substring(0, end);
        return name.substring(name.indexOf(':') + 1);
    }

    /** The sum of its words without the checksum's, the carry added to the sum. */
    private static long checksum(StructReader in) throws FormatException {
        long sum = 0;
        int at = 0;
        for (; at + 4 <= in.length(); at += 4) {
            sum += at == CHECKSUM_AT ? 0 : in.u32(at);
        }
        if (at + 2 <= in.length()) {
            sum += in.u16(at);
        }
        return (sum & 0xffff_ffffL) + (sum >>> 32) & 0xffff_ffffL;
    }
}
