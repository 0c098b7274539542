package mirage.image.ova;

import mirage.image.DiskImage;

import java.util.List;

/**
 * A disk of the machine before its place is known.
 *
 * @param name of the member that is the disk, or describes its pieces
 * @param pieces in the order of their places on the disk, one behind the other; mostly one
 */
record MachineDisk(String name, List<Piece> pieces) {
    /** A member and the image that it is. */
    record Piece(TarMember member, DiskImage image) {}

    /** A disk that is one member. */
    static MachineDisk of(TarMember member, DiskImage image) {
        return new MachineDisk(member.name(), List.of(new Piece(member, image)));
    }

    /** In bytes; the sum of pieces that are there fits, as each is smaller than the archive claims to be. */
    long size() {
        return pieces.stream().mapToLong(piece -> piece.image().virtualSize()).sum();
    }
}
