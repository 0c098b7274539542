package mirage.filesystem.iso9660;

import mirage.filesystem.FileType;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One file, before it is described.
 *
 * @param number as Linux numbers inodes: places in units of 32 bytes
 * @param sections its records, one for each extent; of a directory its own first one
 * @param rockRidge what RRIP says of it
 * @param type null when its mode has none that exists
 * @param misfit why the record and RRIP do not fit together; null when they do
 */
record IsoFile(
        long number,
        List<IsoRecord> sections,
        RockRidge rockRidge,
        @Nullable FileType type,
        @Nullable String misfit) {

    private static final int NUMBER_SHIFT = 5;

    static long number(long position) {
        return position >>> NUMBER_SHIFT;
    }

    /** The first place that has a number. */
    static long position(long number) {
        return number << NUMBER_SHIFT;
    }

    static IsoFile of(
            long number, List<IsoRecord> sections, RockRidge rockRidge, boolean isDirectory) {
        RockRidge.Attributes attributes = rockRidge.attributes();
        FileType recorded = isDirectory ? FileType.DIRECTORY : FileType.REGULAR;
        FileType type = attributes == null ? recorded : FileType.ofMode(attributes.mode());
        boolean fits = isDirectory == (type == FileType.DIRECTORY);
        return new IsoFile(
                number,
                sections,
                rockRidge,
                type,
                fits || type == null ? null : "is a directory by its record or its mode only");
    }

    IsoRecord record() {
        return sections.getFirst();
    }

    /** Bytes of all extents. */
    long storedSize() {
        return sections.stream().mapToLong(IsoRecord::size).sum();
    }
}
