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
    private final List<MemberDisk> members;
    private final List<NamedExtent> parts;
    private final ByteSource disk;
    private final ExtentMap plainMap;
    private final List<EncodedCluster> encodedClusters;

    /**
     * @param members at least one, by their places on the disk; those with encoded clusters are in the same order in the
     *     archive
     * @param parts the disks of a machine that has several, or may have; empty when this is its only one
     */
    OvaImage(List<MemberDisk> members, List<NamedExtent> parts) {
        this.members = List.copyOf(members);
        this.parts = List.copyOf(parts);
        this.disk =
                members.size() == 1 ? members.getFirst().image().disk() : new JoinedDisks(members);
        this.plainMap =
                ExtentMap.joined(
                        members.stream()
                                .map(one ->
                                        new ExtentMap.Moved(
                                                one.image().plainMap(),
                                                one.diskOffset(),
                                                one.containerOffset()))
                                .toList());
        this.encodedClusters = new JoinedClusters(this.members);
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
        return plainMap;
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
        return members.stream().allMatch(one -> one.image().complete());
    }

    @Override
    public List<NamedExtent> parts() {
        return parts;
    }
}
