package mirage.filesystem.walk;

import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.RawName;
import mirage.filesystem.RecentlyUsed;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * Records of files with several names, so that each of these need not be read anew. Keeps the small ones that were used
 * last: 13 MiB at most.
 */
final class LinkedFiles {
    private static final int MAX_KEPT = 512;
    private static final int MAX_KEPT_RUNS = 1024;
    private static final int MAX_KEPT_BYTES = 1024;

    private final Map<Long, FileRecord> kept = new RecentlyUsed<>(MAX_KEPT);

    /** The record of a file that was kept, by another name; null when it was not. */
    @Nullable FileRecord find(long number, RawName path) {
        FileRecord known = kept.isEmpty() ? null : kept.get(number);
        return known == null ? null : known.withPath(path);
    }

    /** Keeps a record if more names of it are to come, and it is small. */
    void keep(long number, FileRecord file) {
        if (file.links() > 1 && isSmall(file)) {
            kept.put(number, file);
        }
    }

    private static boolean isSmall(FileRecord file) {
        long bytes = 0;
        for (FileRecord.ExtendedAttribute attribute : file.xattrs()) {
            bytes += attribute.name().length() + attribute.value().length();
        }
        return switch (file.content()) {
            case Content.Inline inline -> bytes + inline.bytes().length() <= MAX_KEPT_BYTES;
            case Content.Mapped mapped ->
                    bytes <= MAX_KEPT_BYTES && mapped.map().runCount() <= MAX_KEPT_RUNS;
            case Content.Encoded encoded ->
                    bytes <= MAX_KEPT_BYTES && encoded.stored().runCount() <= MAX_KEPT_RUNS;
        };
    }
}
