package mirage.filesystem.cluster;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.DirectoryListing;
import mirage.filesystem.walk.FileTree;
import mirage.filesystem.walk.Placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** The tree of files, whose directory entries lead to themselves: they are all that there is of a file. */
public final class ClusterTree implements FileTree<ClusterFile> {
    private static final int MODE = 0755;
    private static final int READ_ONLY_MODE = 0555;

    private final ClusterVolume volume;
    private final ClusterChains chains;
    private final ClusterEntries entries;

    public ClusterTree(ClusterVolume volume, ClusterChains chains, ClusterEntries entries) {
        this.volume = volume;
        this.chains = chains;
        this.entries = entries;
    }

    @Override
    public ClusterFile root() throws IOException {
        ClusterFile root = entries.root();
        if (!volume.holds(root.first(), 1) && entries.placement(root) == null) {
            throw new FormatException(
                    volume.format()
                            + " root directory: expected in one of "
                            + volume.clusters()
                            + " clusters, found cluster "
                            + root.first());
        }
        return root;
    }

    @Override
    public ClusterFile read(long entry) throws IOException {
        return entries.read(entry);
    }

    @Override
    public @Nullable String problem(ClusterFile file) {
        return null;
    }

    @Override
    public boolean isDirectory(ClusterFile file) {
        return file.directory();
    }

    @Override
    public long number(ClusterFile file) {
        return file.number(volume);
    }

    @Override
    public FileRecord describe(RawName path, ClusterFile file) throws IOException {
        Placement placement = place(file);
        boolean sized = file.size() != ClusterFile.BY_CHAIN;
        return new FileRecord(
                path,
                number(file),
                file.directory() ? FileType.DIRECTORY : FileType.REGULAR,
                file.readOnly() && !file.directory() ? READ_ONLY_MODE : MODE,
                0,
                0,
                file.directory() ? entries.links(file, placement.map()) : 1,
                sized ? file.size() : placement.map().mappedBytes(),
                file.times(),
                Device.NONE,
                RawName.EMPTY,
                List.of(),
                placement.content(),
                new ContentFlags(false, placement.damaged() || file.damage() != null));
    }

    @Override
    public DirectoryListing list(ClusterFile directory, FileRecord described, int room)
            throws IOException {
        DirectoryListing.Builder names =
                new DirectoryListing.Builder(volume, number(directory), room);
        if (described.content() instanceof Content.Mapped mapped) {
            entries.list(directory, mapped.map(), names);
        }
        return names.build();
    }

    /** Where a file lies; nowhere, after a warning, when that makes no sense. */
    private Placement place(ClusterFile file) throws IOException {
        if (file.damage() != null) {
            volume.warn("inode " + number(file) + ": " + file.damage());
        }
        try {
            Placement known = entries.placement(file);
            return known == null ? chains.place(file) : known;
        } catch (FormatException e) {
            volume.warn(e);
            return new Placement(ExtentMap.EMPTY, true);
        }
    }
}
