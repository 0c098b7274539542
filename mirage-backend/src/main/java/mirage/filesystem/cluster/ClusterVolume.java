package mirage.filesystem.cluster;

import static mirage.filesystem.cluster.ClusterGeometry.FIRST_CLUSTER;

import mirage.bytes.ByteSource;
import mirage.bytes.Warnings;
import mirage.filesystem.WorkBudget;
import mirage.filesystem.walk.VolumeReader;

import java.nio.ByteOrder;

/** What all readers of one walk share. Its blocks are clusters, by their numbers. */
public final class ClusterVolume extends VolumeReader {
    private final ClusterGeometry geometry;
    private final long volumeBytes;
    private final long clusters;

    /**
     * @param format begins all warnings
     */
    public ClusterVolume(
            String format,
            ByteSource source,
            ClusterGeometry geometry,
            Warnings warnings,
            WorkBudget budget) {
        super(format, source, ByteOrder.LITTLE_ENDIAN, warnings, budget);
        this.geometry = geometry;
        this.volumeBytes = source.length();
        long room = Math.max(0, source.length() - geometry.heap());
        this.clusters = Math.min(geometry.clusters(), room / geometry.clusterSize());
    }

    ClusterGeometry geometry() {
        return geometry;
    }

    /** In bytes. */
    public long length() {
        return volumeBytes;
    }

    /** How many the file system claims and the volume holds. */
    public long clusters() {
        return clusters;
    }

    @Override
    public int blockSize() {
        return geometry.clusterSize();
    }

    @Override
    public boolean holds(long cluster, long count) {
        return cluster >= FIRST_CLUSTER
                && count <= clusters
                && cluster - FIRST_CLUSTER <= clusters - count;
    }

    @Override
    public long position(long cluster) {
        return geometry.heap() + (cluster - FIRST_CLUSTER) * geometry.clusterSize();
    }

    /** The cluster in which a position lies that is not before the first one. */
    public long clusterAt(long position) {
        return (position - geometry.heap()) / geometry.clusterSize() + FIRST_CLUSTER;
    }
}
