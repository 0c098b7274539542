package mirage.image.ova;

import mirage.image.DiskImage.EncodedCluster;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * Encoded clusters of all disks by their places in the archive. Those of a disk stay in its own list, of which there can
 * be millions, and are moved when they are asked for.
 */
final class JoinedClusters extends AbstractList<EncodedCluster> implements RandomAccess {
    private final List<MemberDisk> disks;

    /** For each disk how many clusters it and those before it have. */
    private final int[] ends;

    /**
     * @param disks by their places in the archive
     */
    JoinedClusters(List<MemberDisk> disks) {
        this.disks = disks;
        this.ends = new int[disks.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += disks.get(i).image().encodedClusters().size();
            ends[i] = end;
        }
    }

    @Override
    public EncodedCluster get(int index) {
        int of = 0;
        while (index >= ends[of]) {
            of++;
        }
        MemberDisk disk = disks.get(of);
        EncodedCluster cluster =
                disk.image().encodedClusters().get(of == 0 ? index : index - ends[of - 1]);
        return new EncodedCluster(
                cluster.containerOffset() + disk.containerOffset(),
                cluster.storedLength(),
                cluster.diskOffset() + disk.diskOffset(),
                cluster.length());
    }

    @Override
    public int size() {
        return ends[ends.length - 1];
    }
}
