package mirage.filesystem.ntfs;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.nio.ByteOrder;

/**
 * What all readers of one walk share. A <em>block</em> is a cluster, by its number from the begin of the volume (LCN).
 */
final class NtfsVolume extends VolumeReader {
    private final NtfsBootSector boot;
    private final long clusters;

    NtfsVolume(ByteSource source, NtfsBootSector boot, Warnings warnings, WorkBudget budget) {
        super("ntfs", source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.boot = boot;
        this.clusters = boot.clustersHeld(source);
    }

    NtfsBootSector boot() {
        return boot;
    }

    @Override
    public int blockSize() {
        return boot.clusterSize();
    }

    @Override
    public boolean holds(long block, long count) {
        return block >= 0 && block < clusters && count <= clusters - block;
    }

    @Override
    public long position(long block) {
        return block * boot.clusterSize();
    }
}
