package mirage.image.ova;

import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.image.DiskImage;
import mirage.image.vmdk.VmdkFormat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A disk whose member only describes it, and names other members that it lies in: a VMDK of the kind {@code
 * twoGbMaxExtentSparse}. Nothing outside the archive is ever looked for.
 *
 * @param member the description
 * @param image opened from it: its size, and the files that it asks for
 */
record SplitDisk(TarMember member, DiskImage image) {
    /** As many pieces as are kept of all disks. */
    private static final int MAX_NAMES = MachineDisks.MAX_MEMBERS;

    /** Names of the members that it asks for, which lie beside it; of very many the first ones. */
    List<String> names() {
        String directory = member.name().substring(0, member.name().lastIndexOf('/') + 1);
        return image.externals().stream()
                .limit(MAX_NAMES)
                .map(other -> TarArchive.shortened(directory + other.name()))
                .toList();
    }

    /** Whether all that it asks for are pieces of the kind that can be put together, and not too many. */
    boolean isOfExtents() {
        return image.externals().size() <= MAX_NAMES
                && image.externals().stream().allMatch(VmdkFormat::isSparseExtent);
    }

    /**
     * The disk, put together.
     *
     * @param disks those that are one member each, by its name
     * @throws FormatException when a piece is not there, or not what the description says
     */
    MachineDisk join(Map<String, MachineDisk> disks) throws FormatException {
        if (new HashSet<>(names()).size() < image.externals().size()) {
            throw new FormatException("it names a piece twice");
        }
        List<MachineDisk.Piece> pieces = new ArrayList<>();
        long size = 0;
        for (String name : names()) {
            MachineDisk piece = disks.get(name);
            if (piece == null) {
                throw new FormatException("its piece " + name + " is not there, or cannot be read");
            }
            if (!mayBePiece(piece.pieces().getFirst().image())) {
                throw new FormatException("its piece " + name + " is no sparse extent");
            }
            if (piece.size() > image.virtualSize() - size) {
                throw new FormatException("its pieces are longer than " + image.virtualSize());
            }
            pieces.addAll(piece.pieces());
            size += piece.size();
        }
        if (size != image.virtualSize()) {
            throw new FormatException(
                    "pieces of " + image.virtualSize() + " bytes expected, found " + size);
        }
        return new MachineDisk(member.name(), pieces);
    }

    /** Whether an image is an extent as {@code twoGbMaxExtentSparse} has them. They keep nothing of what was read. */
    static boolean mayBePiece(DiskImage image) {
        ExtentMap map = image.plainMap();
        int last = map.runCount() - 1;
        return image.format().equals(VmdkFormat.NAME)
                && image.encodedClusters().isEmpty()
                && (last < 0 || map.run(last).end() <= image.virtualSize());
    }
}
