package mirage.filesystem.fat;

import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.cluster.ClusterEntries;
import mirage.filesystem.cluster.ClusterFile;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.DosTime;
import mirage.filesystem.cluster.EntryScan;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

/** The entries of directories, and what they say of files. "FAT Directory Structure". */
final class FatEntries implements ClusterEntries {
    private static final byte FREE = (byte) 0xe5;
    private static final int READ_ONLY = 0x01;
    private static final int VOLUME = 0x08;
    private static final int DIRECTORY = 0x10;
    private static final int LONG_NAME = 0x0f;

    /** Directories that a label is looked for in are not longer: "a directory is limited to 65,536 entries". */
    private static final long MAX_LABEL_BYTES = 65536L * ClusterFile.ENTRY_BYTES;

    /** Marks the root directory, whose first entry may be that of a file. */
    private static final int ROOT = 1;

    private static final FileTimes NO_TIMES =
            new FileTimes(Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN);

    private final ClusterVolume volume;
    private final FatBootSector boot;
    private final ClusterFile root;

    FatEntries(ClusterVolume volume, FatBootSector boot) {
        this.volume = volume;
        this.boot = boot;
        this.root = ClusterFile.root(boot.rootAt() | ROOT, boot.rootCluster(), NO_TIMES);
    }

    @Override
    public ClusterFile root() {
        return root;
    }

    @Override
    public @Nullable Placement placement(ClusterFile file) {
        if (boot.bits() == 28 || file.entry() != root.entry()) {
            return null;
        }
        long held = Math.min(boot.rootBytes(), volume.length() - boot.rootAt());
        ExtentMap map =
                held <= 0
                        ? ExtentMap.EMPTY
                        : new ExtentMap.Builder().add(0, held, boot.rootAt()).build();
        return new Placement(map, held < boot.rootBytes());
    }

    @Override
    public ClusterFile read(long entry) throws IOException {
        ByteBuffer bytes = volume.cached(entry, ClusterFile.ENTRY_BYTES, "directory entry");
        boolean directory = isDirectory(bytes);
        int upper = boot.bits() == 28 ? Short.toUnsignedInt(bytes.getShort(20)) : 0;
        long first = (long) upper << 16 | Short.toUnsignedInt(bytes.getShort(26));
        long size = directory ? ClusterFile.BY_CHAIN : Integer.toUnsignedLong(bytes.getInt(28));
        return new ClusterFile(
                entry,
                directory,
                (bytes.get(11) & READ_ONLY) != 0,
                first,
                false,
                size,
                size,
                times(bytes),
                null);
    }

    /** Subdirectories, its own and its parent's name among them; the root directory has no entries for these. */
    @Override
    public long links(ClusterFile directory, ExtentMap content) throws IOException {
        long[] links = {directory.entry() == root.entry() ? 2 : 0};
        EntryScan.run(
                volume,
                content,
                Long.MAX_VALUE,
                (_, entry) -> {
                    boolean counts = isFile(entry) && isDirectory(entry);
                    links[0] += counts ? 1 : 0;
                    return !isEnd(entry);
                });
        return links[0];
    }

    @Override
    public void list(ClusterFile directory, ExtentMap content, DirectoryListing.Builder names)
            throws IOException {
        FatLongName longName = new FatLongName();
        EntryScan.run(
                volume,
                content,
                Long.MAX_VALUE,
                (position, entry) -> {
                    if (isEnd(entry)) {
                        return false;
                    }
                    if (entry.get(11) == LONG_NAME) {
                        longName.take(entry);
                    } else if (isFile(entry)) {
                        names.add(position, position, name(longName, position, entry));
                    } else {
                        longName.forget();
                    }
                    return !names.isFull();
                });
    }

    private byte[] name(FatLongName longName, long position, ByteBuffer entry) {
        boolean pending = longName.isPending();
        byte[] name = longName.of(entry);
        if (name != null) {
            return name;
        }
        if (pending) {
            volume.warn("entry at " + position + ": the long name before it is not its own");
        }
        return FatShortName.of(entry);
    }

    /**
     * What the root directory says the volume's label is, which is where systems change it.
     *
     * @return null when it says nothing
     */
    @Nullable String label(ExtentMap content) throws IOException {
        AtomicReference<@Nullable String> label = new AtomicReference<>();
        EntryScan.run(
                volume,
                content,
                MAX_LABEL_BYTES,
                (_, entry) -> {
                    if (isLabel(entry)) {
                        byte[] bytes = new byte[FatShortName.LENGTH];
                        entry.get(0, bytes);
                        label.set(FatShortName.label(bytes));
                    }
                    return label.get() == null && !isEnd(entry);
                });
        return label.get();
    }

    private static boolean isEnd(ByteBuffer entry) {
        return entry.get(0) == 0;
    }

    private static boolean isFree(ByteBuffer entry) {
        return entry.get(0) == 0 || entry.get(0) == FREE;
    }

    /** Not free, and no part of a long name, which has all of these attributes, nor the label. */
    private static boolean isFile(ByteBuffer entry) {
        return !isFree(entry) && (entry.get(11) & VOLUME) == 0;
    }

    private static boolean isDirectory(ByteBuffer entry) {
        return (entry.get(11) & DIRECTORY) != 0;
    }

    private static boolean isLabel(ByteBuffer entry) {
        return !isFree(entry)
                && entry.get(11) != LONG_NAME
                && (entry.get(11) & (VOLUME | DIRECTORY)) == VOLUME
                && entry.getShort(20) == 0
                && entry.getShort(26) == 0;
    }

    /** There is no time of the last change of an entry: the kernel shows that of the content. */
    private static FileTimes times(ByteBuffer entry) {
        Time modified = DosTime.of(entry.getShort(24), entry.getShort(22), 0);
        return new FileTimes(
                DosTime.of(entry.getShort(18), 0, 0),
                modified,
                modified,
                DosTime.of(entry.getShort(16), entry.getShort(14), entry.get(13) & 0xff));
    }
}
