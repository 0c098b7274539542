package mirage.volume.md;

import mirage.bytes.FormatException;
import mirage.volume.PieceMap;
import mirage.volume.PieceMap.Column;

import java.util.Comparator;
import java.util.List;

/** Where the bytes of one array lie on its members. */
final class MdPieces {
    private final MdSuperblock array;
    private final List<MdMember> current;
    private final PieceMap pieces;

    /**
     * @param array the latest word on it
     * @param members in this disk; those that are not up to date are left alone
     */
    MdPieces(MdSuperblock array, List<MdMember> members, PieceMap pieces) {
        this.array = array;
        this.current =
                members.stream()
                        .filter(member -> member.superblock().events() == array.events())
                        .filter(member -> member.superblock().role() != MdSuperblock.NO_ROLE)
                        .sorted(Comparator.comparingInt(member -> member.superblock().role()))
                        .toList();
        this.pieces = pieces;
    }

    /**
     * @throws FormatException when the array cannot be put together
     */
    void place() throws FormatException {
        switch (array.level()) {
            case MdLevel.RAID1 -> placeMirror();
            case MdLevel.RAID0 -> placeStripes();
            case MdLevel.LINEAR -> placeOneBehindTheOther();
            default -> throw new FormatException(MdLevel.name(array.level()) + " is not read");
        }
    }

    private void placeMirror() throws FormatException {
        for (MdMember member : current) {
            if (!member.superblock().recovering()) {
                requirePositive(array.memberBytes(), "size");
                pieces.add(member.volume(), member.superblock().dataOffset(), array.memberBytes());
                return;
            }
        }
        throw new FormatException("no member of it that is up to date is in the image");
    }

    /** Members of different sizes would have zones of fewer and fewer stripes. */
    private void placeStripes() throws FormatException {
        requireAll();
        long chunk = array.chunkBytes();
        requirePositive(chunk, "chunk");
        Column[] columns = new Column[current.size()];
        long columnBytes = 0;
        for (int i = 0; i < columns.length; i++) {
            MdMember member = current.get(i);
            long bytes = member.superblock().dataBytes() / chunk * chunk;
            if (i > 0 && bytes != columnBytes) {
                throw new FormatException(
                        "its members have room for " + columnBytes + " and " + bytes + " bytes");
            }
            columnBytes = bytes;
            columns[i] = new Column(member.volume(), member.superblock().dataOffset());
        }
        requirePositive(columnBytes, "size");
        pieces.addStriped(columns, columnBytes, chunk);
    }

    private void placeOneBehindTheOther() throws FormatException {
        requireAll();
        for (MdMember member : current) {
            long bytes = member.superblock().dataBytes();
            long chunk = array.chunkBytes();
            long used = chunk > 0 ? bytes / chunk * chunk : bytes;
            requirePositive(used, "size");
            pieces.add(member.volume(), member.superblock().dataOffset(), used);
        }
    }

    private void requireAll() throws FormatException {
        if (array.deviceCount() != current.size()) {
            throw new FormatException(
                    current.size() + " of its " + array.deviceCount() + " members are here");
        }
        for (int i = 0; i < current.size(); i++) {
            MdSuperblock member = current.get(i).superblock();
            if (member.role() != i || member.recovering() || !isLike(member)) {
                throw new FormatException("its members disagree about it");
            }
        }
        if (current.isEmpty()) {
            throw new FormatException("it has no members");
        }
    }

    private boolean isLike(MdSuperblock member) {
        return member.level() == array.level()
                && member.chunkBytes() == array.chunkBytes()
                && member.deviceCount() == array.deviceCount();
    }

    private static void requirePositive(long bytes, String what) throws FormatException {
        if (bytes <= 0) {
            throw new FormatException("its " + what + " is " + bytes);
        }
    }
}
