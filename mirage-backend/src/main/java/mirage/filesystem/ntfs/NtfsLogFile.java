package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whether the log has work that was not finished: it was when no client uses it, or when its restart area says that the
 * volume is clean. "$LogFile" of the NTFS documentation. The log itself is not read.
 */
final class NtfsLogFile {
    private static final long NUMBER = 2;
    private static final int HEADER_BYTES = 512;
    private static final int RESTART_MAGIC = 0x52545352;
    private static final int EMPTY = 0xffffffff;
    private static final int NO_CLIENT = 0xffff;
    private static final int CLEAN = 2;
    private static final int AREA_BYTES = 16;

    private NtfsLogFile() {}

    /** False, with a warning, when it cannot be read. */
    static boolean isDirty(NtfsVolume volume, NtfsFileReader files) throws IOException {
        try {
            NtfsFile file = files.read(NUMBER);
            NtfsStream log = NtfsStream.find(NUMBER, file.attributes(), NtfsAttribute.DATA);
            if (log == null || log.resident() != null || log.initialized() < HEADER_BYTES) {
                return false;
            }
            return isDirty(volume.content(log.placement(volume).map(), 0, HEADER_BYTES));
        } catch (FormatException e) {
            volume.warn("$LogFile: " + e.getMessage());
            return false;
        }
    }

    private static boolean isDirty(ByteBuffer page) throws FormatException {
        int magic = page.getInt(0);
        if (magic == EMPTY) {
            return false;
        }
        int area = page.getShort(24) & 0xffff;
        if (magic != RESTART_MAGIC || area > HEADER_BYTES - AREA_BYTES) {
            throw new FormatException(
                    "a page of restarts expected, found 0x" + Integer.toHexString(magic));
        }
        return (page.getShort(area + 12) & 0xffff) != NO_CLIENT
                && (page.getShort(area + 14) & CLEAN) == 0;
    }
}
