package mirage.filesystem.iso9660;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads directory records where they stand. ECMA-119, 6.8.1: none crosses the end of a sector. */
final class IsoDirectory {
    private static final int SECTOR = IsoDescriptors.SECTOR_BYTES;

    /** 4 TiB in extents of 4 GiB. */
    private static final int MAX_SECTIONS = 1024;

    private IsoDirectory() {}

    /** Takes the records of a directory in their order; of a file with several extents each. */
    @FunctionalInterface
    interface RecordVisitor {
        /**
         * @return whether to go on
         */
        boolean visit(IsoRecord record) throws IOException;
    }

    /** The record of a directory for itself, which is its first. */
    static IsoRecord own(IsoVolume volume, long block) throws IOException {
        long position = volume.position(block);
        StructReader sector = volume.sector(position);
        IsoRecord own = IsoRecord.parse(sector, position, 0);
        if (!own.isOwn() || !own.isDirectory()) {
            throw new FormatException("directory at " + position + ": its own record expected");
        }
        return own;
    }

    /**
     * @param position where the directory's extent begins
     * @param size of it in bytes
     * @throws FormatException when the rest cannot be read; what was visited stays true
     */
    static void visit(IsoVolume volume, long position, long size, RecordVisitor visitor)
            throws IOException {
        for (long sectorAt = 0; sectorAt < size; sectorAt += SECTOR) {
            // The cache makes reading free, but not walking through what was read.
            volume.charge(SECTOR);
            StructReader sector = volume.sector(position + sectorAt);
            for (int at = 0; at < SECTOR && sector.u8(at) != 0; ) {
                IsoRecord record = IsoRecord.parse(sector, position + sectorAt, at);
                if (!visitor.visit(record)) {
                    return;
                }
                at += record.length();
            }
        }
    }

    /** The records of a file, from its first one on. */
    static List<IsoRecord> sections(IsoVolume volume, long position) throws IOException {
        List<IsoRecord> sections = new ArrayList<>(1);
        IsoRecord record = at(volume, position);
        sections.add(record);
        while (record.isContinued()) {
            if (sections.size() == MAX_SECTIONS) {
                throw new FormatException("more than " + MAX_SECTIONS + " extents");
            }
            record = following(volume, record);
            sections.add(record);
        }
        return sections;
    }

    /** The first record that begins in a number's 32 bytes. */
    static IsoRecord numbered(IsoVolume volume, long number) throws IOException {
        long position = IsoFile.position(number);
        long sectorAt = position - position % SECTOR;
        List<IsoRecord> found = new ArrayList<>(1);
        visit(
                volume,
                sectorAt,
                SECTOR,
                record -> {
                    if (IsoFile.number(record.position()) == number) {
                        found.add(record);
                    }
                    return record.position() < position + (1 << 5);
                });
        if (found.isEmpty()) {
            throw new FormatException("iso9660: no directory record at " + position);
        }
        return found.getFirst();
    }

    private static IsoRecord at(IsoVolume volume, long position) throws IOException {
        long sectorAt = position - position % SECTOR;
        return IsoRecord.parse(volume.sector(sectorAt), sectorAt, (int) (position - sectorAt));
    }

    private static IsoRecord following(IsoVolume volume, IsoRecord record) throws IOException {
        long next = record.position() + record.length();
        long sectorEnd = record.position() - record.position() % SECTOR + SECTOR;
        boolean sectorGoesOn =
                next < sectorEnd
                        && volume.sector(sectorEnd - SECTOR).u8((int) (next % SECTOR)) != 0;
        return at(volume, sectorGoesOn ? next : sectorEnd);
    }
}
