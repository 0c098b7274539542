package mirage.volume;

import mirage.bytes.ByteSource;
import mirage.bytes.StructReader;
import mirage.bytes.Warnings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The DOS partition table: four primary partitions, one of which may be extended and hold a chain of logical ones.
 * Sectors are of 512 bytes; the table does not tell, and disks of virtual machines say 512 to their guests. Numbers
 * are those of Linux (block/partitions/msdos.c): logical partitions count from 5 in the order of the chain.
 */
final class MbrTable implements VolumeTable {
    static final String NAME = "mbr";

    private static final int FIRST_LOGICAL = 5;

    /** Linux numbers at most 256 partitions of a disk. */
    private static final int MAX_CHAIN = 256;

    private static final long EXT_MAGIC_OFFSET = 1024 + 56;
    private static final int EXT_MAGIC = 0xef53;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable List<Partition> find(ByteSource disk, Warnings warnings) throws IOException {
        MbrSector mbr = MbrSector.read(disk, 0);
        if (mbr == null || !isTable(mbr, disk)) {
            return null;
        }
        TableEntries found = new TableEntries(NAME, disk.length(), warnings);
        LogicalPartitions logical = new LogicalPartitions(disk, mbr.diskId(), found, warnings);
        for (int i = 0; i < mbr.entries().size(); i++) {
            MbrSector.Entry entry = mbr.entries().get(i);
            if (!entry.used() || entry.protective()) {
                continue;
            }
            if (entry.extended()) {
                logical.follow(entry.start(), entry.sectors());
            } else {
                add(found, i + 1, entry.start(), entry, mbr.diskId());
            }
        }
        return found.ordered();
    }

    /**
     * Whether a signed sector is a table and not the boot sector of a file system, which has the same signature and
     * code where the entries would be.
     */
    static boolean isTable(MbrSector sector, ByteSource disk) throws IOException {
        List<MbrSector.Entry> used =
                sector.entries().stream().filter(e -> e.used() && !e.protective()).toList();
        if (!sector.signed()
                || sector.fileSystemBoot()
                || used.isEmpty()
                || !sector.entries().stream().allMatch(MbrSector.Entry::plausibleStatus)) {
            return false;
        }
        long sectors = disk.length() / MbrSector.SECTOR_BYTES;
        long inside = used.stream().filter(e -> e.start() < sectors).count();
        // ext leaves its first 1024 bytes to a boot loader, so code may stand there; a truncated
        // disk with a real
        // table also has entries outside, but no superblock in the gap before its first partition.
        return inside == used.size() || (inside > 0 && !hasExtMagic(disk));
    }

    private static boolean hasExtMagic(ByteSource disk) throws IOException {
        return disk.length() >= EXT_MAGIC_OFFSET + 2
                && StructReader.read(
                                        "ext superblock",
                                        disk,
                                        EXT_MAGIC_OFFSET,
                                        2,
                                        ByteOrder.LITTLE_ENDIAN)
                                .u16(0)
                        == EXT_MAGIC;
    }

    private static void add(
            TableEntries found, int index, long start, MbrSector.Entry entry, long diskId) {
        found.add(
                index,
                start * MbrSector.SECTOR_BYTES,
                entry.sectors() * MbrSector.SECTOR_BYTES,
                String.format("0x%02x", entry.type()),
                "",
                diskId == 0 ? "" : String.format("%08x-%02x", diskId, index));
    }

    /**
     * The chains of extended boot records. A record's partition counts from the record, its link to the next from the
     * extended partition.
     */
    private static final class LogicalPartitions {
        private final ByteSource disk;
        private final long diskId;
        private final TableEntries found;
        private final Warnings warnings;
        private final Set<Long> seen = new HashSet<>();
        private int nextIndex = FIRST_LOGICAL;

        LogicalPartitions(ByteSource disk, long diskId, TableEntries found, Warnings warnings) {
            this.disk = disk;
            this.diskId = diskId;
            this.found = found;
            this.warnings = warnings;
        }

        void follow(long extendedStart, long extendedSectors) throws IOException {
            long extendedEnd = extendedStart + extendedSectors;
            long record = extendedStart;
            while (true) {
                MbrSector sector = MbrSector.read(disk, record * MbrSector.SECTOR_BYTES);
                if (sector == null || !sector.signed()) {
                    endEarly(record, "has no boot record there");
                    return;
                }
                if (seen.size() == MAX_CHAIN) {
                    endEarly(record, "has more than " + MAX_CHAIN + " records");
                    return;
                }
                if (!seen.add(record)) {
                    endEarly(record, "comes back to a record");
                    return;
                }
                addPartitions(sector, record, extendedEnd);
                MbrSector.Entry link = linkOf(sector);
                if (link == null) {
                    return;
                }
                record = extendedStart + link.start();
                if (record >= extendedEnd) {
                    endEarly(record, "leaves its extended partition, which ends at " + extendedEnd);
                    return;
                }
            }
        }

        private void addPartitions(MbrSector sector, long record, long extendedEnd) {
            for (MbrSector.Entry entry : sector.entries()) {
                if (!entry.used() || entry.extended()) {
                    continue;
                }
                long start = record + entry.start();
                int index = nextIndex++;
                if (start + entry.sectors() > extendedEnd) {
                    warnings.add(
                            "mbr partition "
                                    + index
                                    + " at sector "
                                    + start
                                    + " of "
                                    + entry.sectors()
                                    + " sectors leaves its extended partition, which ends at "
                                    + extendedEnd
                                    + ", and is left out");
                } else {
                    add(found, index, start, entry, diskId);
                }
            }
        }

        private static MbrSector.@Nullable Entry linkOf(MbrSector sector) {
            for (MbrSector.Entry entry : sector.entries()) {
                if (entry.used() && entry.extended()) {
                    return entry;
                }
            }
            return null;
        }

        private void endEarly(long record, String why) {
            warnings.add(
                    "mbr chain of logical partitions: at sector "
                            + record
                            + " it "
                            + why
                            + "; what follows is left out");
        }
    }
}
