package mirage.facts;

import mirage.facts.collect.FactCollector;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;

/**
 * A file that a collector wants.
 *
 * @param path by which it wants it
 * @param file where it lies, which is another path when links led there
 */
record Candidate(GuestPath path, FileRecord file, FactCollector collector) {
    /** Whether collectors may be asked of a file at all. */
    static boolean isPossible(FileRecord file) {
        return (file.type() == FileType.REGULAR || file.type() == FileType.SYMLINK)
                && !file.flags().damaged()
                && !file.flags().encrypted();
    }
}
