package mirage.filesystem.walk;

import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Records beside those of a directory's names, which wait until it is their turn by the order of paths. */
final class WaitingRecords {
    private static final int RECORD_BYTES = 512;
    private static final int RUN_BYTES = 24;

    private final PriorityQueue<FileRecord> records =
            new PriorityQueue<>(Comparator.comparing(FileRecord::path));

    void add(FileRecord file) {
        records.add(file);
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /**
     * Takes the first record whose turn is before or at a path.
     *
     * @return null when there is none
     */
    @Nullable FileRecord takeUpTo(RawName path) {
        FileRecord first = records.peek();
        return first == null || first.path().compareTo(path) > 0 ? null : records.poll();
    }

    /** Takes the first record, null when there is none. */
    @Nullable FileRecord take() {
        return records.poll();
    }

    /** What a record takes of the memory, about. */
    static long bytes(FileRecord file) {
        long content =
                switch (file.content()) {
                    case Content.Inline inline -> inline.bytes().length();
                    case Content.Mapped mapped -> (long) mapped.map().runCount() * RUN_BYTES;
                    case Content.Encoded encoded -> (long) encoded.stored().runCount() * RUN_BYTES;
                };
        return RECORD_BYTES + file.path().length() + content;
    }
}
