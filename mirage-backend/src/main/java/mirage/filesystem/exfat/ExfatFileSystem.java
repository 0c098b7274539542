package mirage.filesystem.exfat;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.cluster.ClusterChains;
import mirage.filesystem.cluster.ClusterTree;
import mirage.filesystem.cluster.ClusterVolume;
import mirage.filesystem.cluster.VolumeSerial;
import mirage.filesystem.walk.TreeWalk;

import java.io.IOException;

/** An exFAT file system. Holds nothing between walks, so that walks may run beside one another. */
final class ExfatFileSystem implements FileSystem {
    private final ByteSource volume;
    private final ExfatBootSector boot;
    private final String label;
    private final Warnings warnings;

    private ExfatFileSystem(
            ByteSource volume, ExfatBootSector boot, String label, Warnings warnings) {
        this.volume = volume;
        this.boot = boot;
        this.label = label;
        this.warnings = warnings;
    }

    /**
     * @throws FormatException when it has no root directory
     */
    static ExfatFileSystem open(
            ByteSource volume, ExfatBootSector boot, Warnings warnings, WorkBudget opening)
            throws IOException {
        // what is wrong with the root directory is told when it is walked
        ClusterVolume reader = reader(volume, boot, new Warnings(), opening);
        String label = ExfatEntries.open(reader, new ClusterChains(reader), boot).label();
        return new ExfatFileSystem(volume, boot, label, warnings);
    }

    @Override
    public String type() {
        return "exfat";
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String uuid() {
        return VolumeSerial.text(boot.serial());
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
        ClusterChains chains = new ClusterChains(reader);
        ExfatEntries entries = ExfatEntries.open(reader, chains, boot);
        new TreeWalk<>(reader, new ClusterTree(reader, chains, entries), visitor).run();
    }

    private static ClusterVolume reader(
            ByteSource volume, ExfatBootSector boot, Warnings warnings, WorkBudget budget) {
        return new ClusterVolume("exfat", volume, boot.geometry(), warnings, budget);
    }
}
