package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.NamedExtent;
import mirage.image.DiskImage;

import java.util.List;

/**
 * The disks of an archive as one image: of the only disk its own image, moved to the member's place in the container; of
 * several all of them, one behind the other.
 */
final class OvaImage implements DiskImage {
    private final List<MemberDisk> disks;
    private final boolean isAll;
    private final ByteSource disk;
    private final List<EncodedCluster> encodedClusters;

    /**
     * @param disks at least one, by their places in the archive, which is the order of their places on the disk
     * @param isAll whether the machine has no disk but these
     */
    OvaImage(List<MemberDisk> disks, boolean isAll) {
        this.disks = List.copyOf(disks);
        this.isAll = isAll;
        this.disk = disks.size() == 1 ? disks.getFirst().image().disk() : new JoinedDisks(disks);
        this.encodedClusters = new JoinedClusters(this.disks);
    }

    @Override
    public String format() {
        return OvaFormat.NAME;
    }

    @Override
    public long virtualSize() {
        return disk.length();
    }

    @Override
    public ByteSource disk() {
        return disk;
    }

    @Override
    public ExtentMap plainMap() {
        ExtentMap.Builder plain = new ExtentMap.Builder();
        for (MemberDisk one : disks) {
            ExtentMap own = one.image().plainMap();
            for (int i = 0; i < own.runCount(); i++) {
                ExtentMap.Run run = own.run(i);
                plain.add(
                        run.offset() + one.diskOffset(),
                        run.length(),
                        run.target() + one.containerOffset());
            }
        }
        return plain.build();
    }

    @Override
    public List<EncodedCluster> encodedClusters() {
        return encodedClusters;
    }

    @Override
    public List<External> externals() {
        return List.of();
    }

    @Override
    public boolean complete() {
        return disks.stream().allMatch(one -> one.image().complete());
    }

    @Override
    public List<NamedExtent> parts() {
        return disks.size() == 1 && isAll
                ? List.of()
                : disks.stream().map(MemberDisk::place).toList();
    }
}
