package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The header of a GUID partition table (UEFI specification, "GPT Header"), validated, with its checksum right.
 *
 * @param sectorBytes 512 or 4096: the unit of all block addresses
 * @param alternateLba where the other copy of the header is
 * @param entriesOffset of the array of entries on the disk, in bytes
 * @param entryCount how many it has, used or not
 * @param entryBytes of each
 * @param entriesCrc CRC-32 of the array
 */
record GptHeader(
        int sectorBytes,
        long alternateLba,
        long entriesOffset,
        int entryCount,
        int entryBytes,
        long entriesCrc) {
    private static final String MAGIC = "EFI PART";
    private static final int MIN_HEADER_BYTES = 92;
    private static final int CRC_AT = 16;
    private static final int MIN_ENTRY_BYTES = 128;
    private static final int MAX_ENTRY_BYTES = 4096;

    /** Room for 8192 entries of the usual size; tools make 128 of them, 16 KiB. */
    private static final int MAX_ARRAY_BYTES = 1 << 20;

    /** Whether a header's magic is at a block. */
    static boolean claims(ByteSource disk, int sectorBytes, long lba) throws IOException {
        return lba > 0
                && lba < disk.length() / sectorBytes
                && hasMagic(readBlock(disk, sectorBytes, lba));
    }

    /**
     * @param lba from 1 to the disk's last
     * @throws FormatException when no sound header is there
     */
    static GptHeader read(ByteSource disk, int sectorBytes, long lba) throws IOException {
        StructReader in = readBlock(disk, sectorBytes, lba);
        in.require(hasMagic(in), "signature", 0, MAGIC, "none");
        int headerBytes = in.boundedU32(12, MIN_HEADER_BYTES, sectorBytes, "header size");
        byte[] bytes = in.bytes(0, headerBytes);
        ByteBuffer.wrap(bytes).putInt(CRC_AT, 0);
        requireCrc(in, CRC_AT, "header CRC-32", bytes);
        in.require(in.s64(24) == lba, "own block address", 24, Long.toString(lba), in.s64(24));

        int entryBytes = in.boundedU32(84, MIN_ENTRY_BYTES, MAX_ENTRY_BYTES, "entry size");
        in.require(
                Integer.bitCount(entryBytes) == 1, "entry size", 84, "a power of two", entryBytes);
        int entryCount = in.boundedU32(80, 0, MAX_ARRAY_BYTES / entryBytes, "number of entries");
        long lastFit = (disk.length() - (long) entryCount * entryBytes) / sectorBytes;
        long entriesLba = in.boundedS64(72, 1, lastFit, "block of the entries");
        return new GptHeader(
                sectorBytes,
                in.s64(32),
                entriesLba * sectorBytes,
                entryCount,
                entryBytes,
                in.u32(88));
    }

    /** The array of entries, with its checksum right. */
    StructReader readEntries(ByteSource disk) throws IOException {
        int length = entryCount * entryBytes;
        StructReader entries =
                StructReader.read(
                        "GPT entries", disk, entriesOffset, length, ByteOrder.LITTLE_ENDIAN);
        CRC32 crc = new CRC32();
        crc.update(entries.bytes(0, length));
        entries.require(
                crc.getValue() == entriesCrc,
                "CRC-32 of the array",
                0,
                Long.toHexString(entriesCrc),
                Long.toHexString(crc.getValue()));
        return entries;
    }

    private static StructReader readBlock(ByteSource disk, int sectorBytes, long lba)
            throws IOException {
        return StructReader.read(
                "GPT header", disk, lba * sectorBytes, sectorBytes, ByteOrder.LITTLE_ENDIAN);
    }

    private static boolean hasMagic(StructReader in) throws FormatException {
        return new String(in.bytes(0, MAGIC.length()), StandardCharsets.ISO_8859_1).equals(MAGIC);
    }

    private static void requireCrc(StructReader in, int at, String field, byte[] bytes)
            throws FormatException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        in.require(
                crc.getValue() == in.u32(at),
                field,
                at,
                Long.toHexString(crc.getValue()),
                Long.toHexString(in.u32(at)));
    }
}
