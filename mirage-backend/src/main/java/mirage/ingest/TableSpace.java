package mirage.ingest;

import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;

import java.io.InterruptedIOException;

/** How many files an image may show: their rows and contents are kept in memory until all of it is stored. */
final class TableSpace {
    /** Beside what a row takes in the table: its digest, and what is reserved for rows that follow. */
    private static final int ROW_BYTES = 72;

    /** Three numbers and two bits, and what is reserved. */
    private static final int CONTENT_BYTES = 40;

    /** Where a file is found by its inode. */
    private static final int LINK_BYTES = 100;

    private final MemoryPool.Share memory;
    private boolean full;
    private long files;

    TableSpace(MemoryPool.Share memory) {
        this.memory = memory;
    }

    /**
     * @throws FormatException when there is no room for another
     */
    void requireRoom() throws FormatException {
        if (full) {
            throw new FormatException(
                    "the files behind the first " + files + " are more than memory is given for");
        }
    }

    /**
     * @param rowBytes what the file takes in the table, without its digest
     */
    void take(FileRecord file, long rowBytes) throws InterruptedIOException {
        long bytes = ROW_BYTES + rowBytes + (rowBytes >> 1);
        if (file.type() == FileType.REGULAR) {
            bytes += CONTENT_BYTES + (file.links() > 1 ? LINK_BYTES : 0);
        }
        full = !memory.take(bytes);
        files++;
    }
}
