package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The GUID partition table (UEFI specification, "GUID Partition Table (GPT) Disk Layout"), for sectors of 512 or 4096
 * bytes. Where its first copy is damaged the one at the end of the disk is used. As Linux does, an MBR that does not
 * announce the GPT outranks it.
 */
final class GptTable implements VolumeTable {
    static final String NAME = "gpt";

    private static final int[] SECTOR_SIZES = {512, 4096};
    private static final long PRIMARY_LBA = 1;
    private static final String UNUSED = "00000000-0000-0000-0000-000000000000";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable List<Partition> find(ByteSource disk, Warnings warnings) throws IOException {
        MbrSector mbr = MbrSector.read(disk, 0);
        boolean announced = mbr != null && mbr.protectsGpt();
        if (mbr != null && !announced && MbrTable.isTable(mbr, disk)) {
            return null;
        }
        String damage = "no GPT header at byte 512 or 4096";
        for (int sectorBytes : SECTOR_SIZES) {
            if (!GptHeader.claims(disk, sectorBytes, PRIMARY_LBA)) {
                continue;
            }
            if (!announced) {
                warnings.add("gpt: no protective MBR in front of it");
            }
            try {
                return read(disk, sectorBytes, PRIMARY_LBA, warnings);
            } catch (FormatException damaged) {
                damage = String.valueOf(damaged.getMessage());
            }
        }
        return announced ? findBackup(disk, damage, warnings) : null;
    }

    private static @Nullable List<Partition> findBackup(
            ByteSource disk, String damage, Warnings warnings) throws IOException {
        for (int sectorBytes : SECTOR_SIZES) {
            for (long lba : backupBlocks(disk, sectorBytes)) {
                if (!GptHeader.claims(disk, sectorBytes, lba)) {
                    continue;
                }
                try {
                    List<Partition> volumes = read(disk, sectorBytes, lba, warnings);
                    warnings.add("gpt: backup table used, as the first is damaged: " + damage);
                    return volumes;
                } catch (FormatException damaged) {
                    warnings.add("gpt: backup table is damaged: " + damaged.getMessage());
                }
            }
        }
        warnings.add("gpt: announced by a protective MBR, but no copy is sound: " + damage);
        return null;
    }

    /** The last block, and, on a disk that grew, where a sound primary header (with damaged entries) says. */
    private static long[] backupBlocks(ByteSource disk, int sectorBytes) throws IOException {
        long last = disk.length() / sectorBytes - 1;
        try {
            long alternate =
                    GptHeader.claims(disk, sectorBytes, PRIMARY_LBA)
                            ? GptHeader.read(disk, sectorBytes, PRIMARY_LBA).alternateLba()
                            : last;
            return alternate == last ? new long[] {last} : new long[] {last, alternate};
        } catch (FormatException damagedHeader) {
            return new long[] {last};
        }
    }

    private static List<Partition> read(
            ByteSource disk, int sectorBytes, long lba, Warnings warnings) throws IOException {
        GptHeader header = GptHeader.read(disk, sectorBytes, lba);
        StructReader entries = header.readEntries(disk);
        TableEntries found = new TableEntries(NAME, disk.length(), warnings);
        for (int i = 0; i < header.entryCount(); i++) {
            int entryBytes = header.entryBytes();
            StructReader entry = entries.sub("entry " + (i + 1), i * entryBytes, entryBytes);
            if (!guid(entry, 0).equals(UNUSED)) {
                addEntry(found, i + 1, entry, sectorBytes, warnings);
            }
        }
        return found.ordered();
    }

    private static void addEntry(
            TableEntries found, int index, StructReader entry, int sectorBytes, Warnings warnings)
            throws FormatException {
        long first = entry.s64(32);
        long last = entry.s64(40);
        long maxLba = Long.MAX_VALUE / sectorBytes - 1;
        if (first < 0 || last < first || last > maxLba) {
            warnings.add(
                    "gpt partition "
                            + index
                            + " from block "
                            + first
                            + " to "
                            + last
                            + " is none and left out");
            return;
        }
        found.add(
                index,
                first * sectorBytes,
                (last - first + 1) * sectorBytes,
                guid(entry, 0),
                name(entry),
                guid(entry, 16));
    }

    /** The first three fields of a GUID are little-endian, the rest is as written. */
    private static String guid(StructReader in, int at) throws FormatException {
        byte[] tail = in.bytes(at + 8, 8);
        return String.format(
                "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                in.u32(at),
                in.u16(at + 4),
                in.u16(at + 6),
                tail[0],
                tail[1],
                tail[2],
                tail[3],
                tail[4],
                tail[5],
                tail[6],
                tail[7]);
    }

    private static String name(StructReader entry) throws FormatException {
        String padded = new String(entry.bytes(56, 72), StandardCharsets.UTF_16LE);
        int end = padded.indexOf('\0');
        return end < 0 ? padded : padded.substring(0, end);
    }
}
