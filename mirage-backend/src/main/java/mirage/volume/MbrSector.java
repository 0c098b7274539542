package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The first sector of a disk, or of a logical partition (there called extended boot record), as far as it is a
 * partition table. Integers are little-endian:
 *
 * <pre>
 *   sector = code:440 diskId:u32 reserved:u16 entry*4 0x55 0xaa
 *   entry  = status:u8 firstChs:3 type:u8 lastChs:3 start:u32 sectors:u32
 * </pre>
 *
 * @param signed whether it ends in 0x55 0xaa
 * @param diskId the disk's signature, 0 for none
 * @param entries always four
 * @param fileSystemBoot whether it is the boot sector of a FAT, exFAT or NTFS volume, whose code stands where a table
 *     would
 */
record MbrSector(boolean signed, long diskId, List<Entry> entries, boolean fileSystemBoot) {
    static final int SECTOR_BYTES = 512;

    private static final int TYPE_PROTECTIVE = 0xee;

    MbrSector {
        entries = List.copyOf(entries);
    }

    /**
     * @param start in sectors: from the disk's first, or in an extended boot record from that or the first of these
     * @param sectors how many
     */
    record Entry(int status, int type, long start, long sectors) {
        boolean used() {
            return type != 0 && sectors != 0;
        }

        boolean extended() {
            return type == 0x05 || type == 0x0f || type == 0x85;
        }

        /** Stands for a disk with a GPT, in front of tools that know only MBR. */
        boolean protective() {
            return type == TYPE_PROTECTIVE;
        }

        boolean plausibleStatus() {
            return status == 0 || status == 0x80;
        }
    }

    /** The sector at a byte offset, or null where the disk has no whole sector. */
    static @Nullable MbrSector read(ByteSource disk, long offset) throws IOException {
        if (offset > disk.length() - SECTOR_BYTES) {
            return null;
        }
        StructReader in =
                StructReader.read(
                        "boot record", disk, offset, SECTOR_BYTES, ByteOrder.LITTLE_ENDIAN);
        List<Entry> entries = new ArrayList<>();
        for (int at = 446; at < 510; at += 16) {
            entries.add(new Entry(in.u8(at), in.u8(at + 4), in.u32(at + 8), in.u32(at + 12)));
        }
        return new MbrSector(in.u16(510) == 0xaa55, in.u32(440), entries, isFileSystemBoot(in));
    }

    /** UEFI specification, "Protective MBR"; with other entries beside the protective one it is called hybrid. */
    boolean protectsGpt() {
        return signed && entries.stream().anyMatch(Entry::protective);
    }

    /** A jump over the BIOS parameter block, sane sectors, and the name that every formatter writes. */
    private static boolean isFileSystemBoot(StructReader in) throws IOException {
        boolean jumps = in.u8(0) == 0xeb || in.u8(0) == 0xe9;
        String oem = ascii(in, 3, 8);
        if (jumps && (oem.equals("NTFS    ") || oem.equals("EXFAT   "))) {
            return true;
        }
        int sectorBytes = in.u16(11);
        boolean saneSectors =
                sectorBytes >= 512 && sectorBytes <= 4096 && Integer.bitCount(sectorBytes) == 1;
        return jumps
                && saneSectors
                && (ascii(in, 54, 3).equals("FAT") || ascii(in, 82, 5).equals("FAT32"));
    }

    private static String ascii(StructReader in, int at, int length) throws IOException {
        return new String(in.bytes(at, length), StandardCharsets.ISO_8859_1);
    }
}
