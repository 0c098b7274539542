package mirage.filesystem.cluster;

import mirage.bytes.ExtentMap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Goes through the entries of a directory in their order. */
public final class EntryScan {
    /** A multiple of the size of an entry; at least as much as a directory mostly has. */
    private static final int READ_BYTES = 1 << 14;

    /** Takes one entry. */
    @FunctionalInterface
    public interface Entries {
        /**
         * @param position in the volume
         * @param bytes the 32 bytes, little-endian
         * @return whether to go on
         */
        boolean take(long position, ByteBuffer bytes) throws IOException;
    }

    private EntryScan() {}

    /**
     * @param maxBytes of the directory; what is behind is not looked at
     */
    public static void run(ClusterVolume volume, ExtentMap content, long maxBytes, Entries entries)
            throws IOException {
        for (int i = 0; i < content.runCount(); i++) {
            ExtentMap.Run run = content.run(i);
            long end = Math.min(run.length(), maxBytes - run.offset());
            for (long done = 0; done < end; done += READ_BYTES) {
                int length = (int) Math.min(READ_BYTES, end - done);
                if (!take(volume.read(run.target() + done, length), run.target() + done, entries)) {
                    return;
                }
            }
        }
    }

    private static boolean take(ByteBuffer bytes, long position, Entries entries)
            throws IOException {
        int last = bytes.limit() - ClusterFile.ENTRY_BYTES;
        for (int at = 0; at <= last; at += ClusterFile.ENTRY_BYTES) {
            ByteBuffer entry =
                    bytes.slice(at, ClusterFile.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (!entries.take(position + at, entry)) {
                return false;
            }
        }
        return true;
    }
}
