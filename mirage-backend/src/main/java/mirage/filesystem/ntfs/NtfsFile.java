package mirage.filesystem.ntfs;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A file: its record, and the attributes of all records that it is made of.
 *
 * @param record its own
 * @param attributes of that and those that continue it
 * @param reparse what says that it is something else than its record says; null when nothing does
 * @param damaged whether attributes may be missing
 */
record NtfsFile(
        NtfsRecord record,
        List<NtfsAttribute> attributes,
        @Nullable NtfsReparsePoint reparse,
        boolean damaged) {
    long number() {
        return record.number();
    }

    /** Whether it has names below it; a junction, as one to elsewhere, has not. */
    boolean isDirectory() {
        return record.isDirectory() && (reparse == null || reparse.type() == null);
    }
}
