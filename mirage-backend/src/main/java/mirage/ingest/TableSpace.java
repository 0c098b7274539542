package mirage.ingest;

import mirage.bytes.FormatException;
import mirage.bytes.HeapShare;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileType;

/** How many files an image may show: their rows and contents are kept in memory until all of it is stored. */
final class TableSpace {
    /** Of the heap: one in so many bytes. */
    private static final int PART = 3;

    /** Beside what a row takes in the table: its digest, and what is reserved for rows that follow. */
    private static final int ROW_BYTES = 72;

    /** Three numbers and two bits, and what is reserved. */
    private static final int CONTENT_BYTES = 40;

    /** Where a file is found by its inode. */
    private static final int LINK_BYTES = 100;

    private long left = HeapShare.bytes(PART);
    private long files;

    /**
     * @throws FormatException when there is no room for another
     */
    void requireRoom() throws FormatException {
        if (left < 0) {
            throw new FormatException(
                    "the files behind the first " + files + " are more than memory is given for");
        }
    }

    /**
     * @param rowBytes what the file takes in the table, without its digest
     */
    void take(FileRecord file, long rowBytes) {
        long bytes = ROW_BYTES + rowBytes + (rowBytes >> 1);
        if (file.type() == FileType.REGULAR) {
            bytes += CONTENT_BYTES + (file.links() > 1 ? LINK_BYTES : 0);
        }
        left -= bytes;
        files++;
    }
}
