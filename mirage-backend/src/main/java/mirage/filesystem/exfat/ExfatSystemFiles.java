package mirage.filesystem.exfat;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.cluster.ClusterChains;
import mirage.filesystem.cluster.ClusterFile;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.EntryScan;
import mirage.filesystem.cluster.Utf16Name;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the root directory has besides files: "Allocation Bitmap", "Up-case Table" and "Volume Label" directory entries.
 * A driver needs the first two, to write and to look names up; to list files they are not needed, and only checked.
 */
final class ExfatSystemFiles {
    static final FileTimes NO_TIMES =
            new FileTimes(Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN);

    private static final int BITMAP = 0x81;
    private static final int UPCASE_TABLE = 0x82;
    private static final int LABEL = 0x83;
    private static final int MAX_LABEL_UNITS = 11;

    /** They are at the begin of the directory, where formatting puts them. */
    private static final long MAX_SEARCHED_BYTES = 2 << 20;

    private final ClusterVolume volume;
    private final ClusterChains chains;
    private final int activeTable;
    private @Nullable ExfatBitmap bitmap;
    private @Nullable ExfatUpcaseTable upcaseTable;
    private String label = "";

    private ExfatSystemFiles(ClusterVolume volume, ClusterChains chains, int activeTable) {
        this.volume = volume;
        this.chains = chains;
        this.activeTable = activeTable;
    }

    /**
     * @param root content of the root directory
     */
    static ExfatSystemFiles read(
            ClusterVolume volume, ClusterChains chains, ExfatBootSector boot, ExtentMap root)
            throws IOException {
        ExfatSystemFiles files = new ExfatSystemFiles(volume, chains, boot.activeTable());
        EntryScan.run(volume, root, MAX_SEARCHED_BYTES, files::take);
        if (files.bitmap == null) {
            volume.warn("root directory: it has no allocation bitmap that can be read");
        }
        if (files.upcaseTable == null) {
            volume.warn("root directory: it has no up-case table that can be read");
        }
        return files;
    }

    @Nullable ExfatBitmap bitmap() {
        return bitmap;
    }

    @Nullable ExfatUpcaseTable upcaseTable() {
        return upcaseTable;
    }

    /** Empty when there is none. */
    String label() {
        return label;
    }

    private boolean take(long position, ByteBuffer entry) throws IOException {
        int type = ExfatEntrySet.type(entry);
        try {
            if (type == BITMAP && (entry.get(1) & 1) == activeTable && bitmap == null) {
                long bytes = (volume.clusters() + 7) / 8;
                bitmap = new ExfatBitmap(volume, place(position, entry, bytes), bytes);
            } else if (type == UPCASE_TABLE && upcaseTable == null) {
                upcaseTable = upcaseTable(position, entry);
            } else if (type == LABEL) {
                label = label(entry);
            }
        } catch (FormatException e) {
            volume.warn(e);
        }
        return type != 0;
    }

    private ExfatUpcaseTable upcaseTable(long position, ByteBuffer entry) throws IOException {
        long length = entry.getLong(24);
        if (length <= 0 || length > ExfatUpcaseTable.MAX_BYTES) {
            throw new FormatException("up-case table: a length of " + length);
        }
        ExtentMap map = place(position, entry, length);
        return ExfatUpcaseTable.read(volume.content(map, 0, (int) length), entry.getInt(4));
    }

    /** Where a file lies that has only this entry. */
    private ExtentMap place(long position, ByteBuffer entry, long bytes) throws IOException {
        if (entry.getLong(24) < bytes) {
            throw new FormatException(
                    "entry at "
                            + position
                            + ": DataLength expected from "
                            + bytes
                            + " on, found "
                            + entry.getLong(24));
        }
        long first = Integer.toUnsignedLong(entry.getInt(20));
        Placement placement =
                chains.place(
                        new ClusterFile(
                                position, false, true, first, false, bytes, bytes, NO_TIMES, null));
        if (placement.damaged()) {
            throw new FormatException("entry at " + position + ": its clusters are not all there");
        }
        return placement.map();
    }

    private static String label(ByteBuffer entry) {
        char[] units = new char[Math.min(entry.get(1) & 0xff, MAX_LABEL_UNITS)];
        for (int i = 0; i < units.length; i++) {
            units[i] = entry.getChar(2 + 2 * i);
        }
        return new String(Utf16Name.toUtf8(units, units.length), StandardCharsets.UTF_8);
    }
}
