package mirage.filesystem.fat;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.cluster.ClusterChains;
import mirage.filesystem.cluster.ClusterTree;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.VolumeSerial;
import mirage.filesystem.walk.Placement;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** A FAT file system. Holds nothing between walks, so that walks may run beside one another. */
final class FatFileSystem implements FileSystem {
    private static final String NO_LABEL = "NO NAME";

    private final ByteSource volume;
    private final FatBootSector boot;
    private final String label;
    private final Warnings warnings;

    private FatFileSystem(ByteSource volume, FatBootSector boot, String label, Warnings warnings) {
        this.volume = volume;
        this.boot = boot;
        this.label = label;
        this.warnings = warnings;
    }

    static FatFileSystem open(
            ByteSource volume, FatBootSector boot, Warnings warnings, WorkBudget opening)
            throws IOException {
        return new FatFileSystem(volume, boot, label(volume, boot, opening), warnings);
    }

    @Override
    public String type() {
        return "vfat";
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String uuid() {
        return boot.extended() ? VolumeSerial.text(boot.serial()) : "";
    }

    @Override
    public long sizeBytes() {
        return Math.min(boot.sizeBytes(), volume.length());
    }

    @Override
    public int blockSizeBytes() {
        return boot.geometry().clusterSize();
    }

    @Override
    public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
        ClusterVolume reader =
                reader(volume, boot, warnings, WorkBudget.ofVolume(volume.length(), work));
        FatEntries entries = new FatEntries(reader, boot);
        ClusterTree tree = new ClusterTree(reader, new ClusterChains(reader), entries);
        new TreeWalk<>(reader, tree, visitor).run();
    }

    private static ClusterVolume reader(
            ByteSource volume, FatBootSector boot, Warnings warnings, WorkBudget budget) {
        return new ClusterVolume("fat", volume, boot.geometry(), warnings, budget);
    }

    private static String label(ByteSource volume, FatBootSector boot, WorkBudget opening)
            throws IOException {
        // what is wrong with the root directory is told when it is walked
        ClusterVolume reader = reader(volume, boot, new Warnings(), opening);
        FatEntries entries = new FatEntries(reader, boot);
        String label = entries.label(rootContent(reader, entries));
        if (label != null) {
            return label;
        }
        String formatted = boot.extended() ? FatShortName.label(boot.label()) : NO_LABEL;
        return formatted.equals(NO_LABEL) ? "" : formatted;
    }

    private static ExtentMap rootContent(ClusterVolume reader, FatEntries entries)
            throws IOException {
        Placement known = entries.placement(entries.root());
        if (known != null) {
            return known.map();
        }
        try {
            return new ClusterChains(reader).place(entries.root()).map();
        } catch (FormatException e) {
            return ExtentMap.EMPTY;
        }
    }
}
