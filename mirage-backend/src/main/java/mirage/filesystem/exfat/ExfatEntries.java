package mirage.filesystem.exfat;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.cluster.ClusterChains;
import mirage.filesystem.cluster.ClusterEntries;
import mirage.filesystem.cluster.ClusterFile;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.EntryScan;
import mirage.filesystem.cluster.Utf16Name;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** The entries of directories, and what they say of files. "Directory Structure". */
final class ExfatEntries implements ClusterEntries {
    /** The kernel counts a directory's own name and that in its parent, and adds its subdirectories. */
    private static final int OWN_LINKS = 2;

    private final ClusterVolume volume;
    private final ClusterChains chains;
    private final ClusterFile root;
    private final ExfatSystemFiles systemFiles;

    private ExfatEntries(
            ClusterVolume volume,
            ClusterChains chains,
            ClusterFile root,
            ExfatSystemFiles systemFiles) {
        this.volume = volume;
        this.chains = chains;
        this.root = root;
        this.systemFiles = systemFiles;
    }

    /**
     * @throws FormatException when there is no root directory
     */
    static ExfatEntries open(ClusterVolume volume, ClusterChains chains, ExfatBootSector boot)
            throws IOException {
        ClusterFile root =
                ClusterFile.root(
                        volume.position(boot.rootCluster()),
                        boot.rootCluster(),
                        ExfatSystemFiles.NO_TIMES);
        if (!volume.holds(boot.rootCluster(), 1)) {
            throw new FormatException(
                    "exfat boot sector: FirstClusterOfRootDirectory expected up to "
                            + volume.clusters()
                            + " clusters behind 2, found "
                            + boot.rootCluster());
        }
        ExtentMap content = chains.place(root).map();
        return new ExfatEntries(
                volume, chains, root, ExfatSystemFiles.read(volume, chains, boot, content));
    }

    String label() {
        return systemFiles.label();
    }

    @Override
    public ClusterFile root() {
        return root;
    }

    @Override
    public Placement placement(ClusterFile file) throws IOException {
        Placement placement = chains.place(file);
        ExfatBitmap bitmap = systemFiles.bitmap();
        long free = bitmap == null ? 0 : bitmap.firstFree(placement.map());
        if (free != 0) {
            volume.warn(
                    "entry at "
                            + file.entry()
                            + ": its cluster "
                            + free
                            + " is free by the allocation bitmap");
        }
        return placement;
    }

    @Override
    public ClusterFile read(long entry) throws IOException {
        ExfatEntrySet set = ExfatEntrySet.read(volume, chains, entry);
        return set.file(problemOfName(set));
    }

    private @Nullable String problemOfName(ExfatEntrySet set) {
        ExfatUpcaseTable table = systemFiles.upcaseTable();
        int computed = table == null ? set.nameHash() : table.hash(set.name());
        return computed == set.nameHash()
                ? null
                : "its name has hash " + computed + ", its entry says " + set.nameHash();
    }

    @Override
    public long links(ClusterFile directory, ExtentMap content) throws IOException {
        long[] links = {OWN_LINKS};
        scan(
                content,
                (_, entry) -> {
                    links[0] += ExfatEntrySet.isDirectory(entry) ? 1 : 0;
                    return true;
                });
        return links[0];
    }

    @Override
    public void list(ClusterFile directory, ExtentMap content, DirectoryListing.Builder names)
            throws IOException {
        int flag = directory.contiguous() ? ExfatEntrySet.IN_CONTIGUOUS_DIRECTORY : 0;
        scan(
                content,
                (position, _) -> {
                    add(position, position | flag, names);
                    return !names.isFull();
                });
    }

    private void add(long position, long entry, DirectoryListing.Builder names) throws IOException {
        try {
            char[] name = ExfatEntrySet.read(volume, chains, entry).name();
            names.add(position, entry, Utf16Name.toUtf8(name, name.length));
        } catch (FormatException e) {
            names.damage(position, String.valueOf(e.getMessage()));
        }
    }

    /** Shows the entries that begin the set of a file. */
    private void scan(ExtentMap content, EntryScan.Entries files) throws IOException {
        EntryScan.run(
                volume,
                content,
                Long.MAX_VALUE,
                (position, entry) -> {
                    int type = ExfatEntrySet.type(entry);
                    return type != 0 && (type != ExfatEntrySet.FILE || files.take(position, entry));
                });
    }
}
