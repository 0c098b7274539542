package mirage.ingest;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.HeapShare;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;

/** How many files an image may show: their rows and contents are kept in memory until all of it is stored. */
final class TableSpace {
    /** Of the heap: one in so many bytes. */
    private static final int PART = 3;

    private static final int ROW_BYTES = 160;
    private static final int CONTENT_BYTES = 240;

    /** The record is kept too: its file system finds the content by it. */
    private static final int ENCODED_BYTES = 700;

    private static final int RUN_BYTES = 24;

    private long left = HeapShare.bytes(PART);
    private long files;

    /**
     * @throws FormatException when there is no more room
     */
    void take(FileRecord file) throws FormatException {
        long bytes = ROW_BYTES + file.path().length() / 2 + file.linkTarget().length();
        for (FileRecord.ExtendedAttribute attribute : file.xattrs()) {
            bytes += attribute.name().length() + attribute.value().length();
        }
        bytes +=
                switch (file.content()) {
                    case Content.Inline inline -> inline.bytes().length();
                    case Content.Mapped mapped -> CONTENT_BYTES + runBytes(mapped.map());
                    case Content.Encoded encoded ->
                            bytes + ENCODED_BYTES + runBytes(encoded.stored());
                };
        left -= bytes;
        if (left < 0) {
            throw new FormatException(
                    "the files behind the first " + files + " are more than memory is given for");
        }
        files++;
    }

    private static long runBytes(ExtentMap map) {
        return (long) RUN_BYTES * map.runCount();
    }
}
