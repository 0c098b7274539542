package mirage.filesystem.btrfs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Extended attributes: items by the hash of their names, several in one item where hashes are equal, each in the form of
 * a directory item with its value behind the name. "Directory items". Names are full and ACLs in the form that {@code
 * lgetxattr} gives.
 */
final class BtrfsXattrs {
    private static final int HEADER_BYTES = 30;

    /** Of all attributes of a file together. */
    private static final int MAX_TOTAL_BYTES = 4 << 20;

    /** What an attribute costs besides its bytes, in memory and the budget. */
    private static final int ATTRIBUTE_COST = 64;

    private final BtrfsVolume volume;

    BtrfsXattrs(BtrfsVolume volume) {
        this.volume = volume;
    }

    /** In the order of their names; what cannot be read is left out with a warning. */
    List<ExtendedAttribute> read(BtrfsInode inode) throws IOException {
        BtrfsCursor cursor = new BtrfsCursor(volume.nodes(), inode.root());
        cursor.seek(inode.objectId(), BtrfsKey.XATTR_ITEM);
        Map<RawName, RawName> sorted = new TreeMap<>();
        int room = MAX_TOTAL_BYTES;
        while (room > 0 && cursor.next()) {
            try {
                room -= addAll(cursor.item("attribute"), room, sorted);
            } catch (FormatException e) {
                volume.warn("attributes of inode " + inode.number() + ": " + e.getMessage());
            }
        }
        if (room <= 0) {
            volume.warn("attributes of inode " + inode.number() + ": the rest is left out");
        }
        List<ExtendedAttribute> attributes = new ArrayList<>(sorted.size());
        sorted.forEach((name, value) -> attributes.add(new ExtendedAttribute(name, value)));
        return List.copyOf(attributes);
    }

    /**
     * Adds the attributes of an item, of two with one name the first.
     *
     * @param room after which no more are added
     * @return what they cost
     */
    private int addAll(StructReader in, int room, Map<RawName, RawName> attributes)
            throws IOException {
        int cost = 0;
        for (int at = 0; at < in.length() && cost < room; ) {
            int valueLength = in.u16(at + 25);
            int nameLength = in.u16(at + 27);
            int nameAt = at + HEADER_BYTES;
            int end = nameAt + nameLength + valueLength;
            volume.charge(ATTRIBUTE_COST);
            cost += ATTRIBUTE_COST + nameLength + valueLength;
            attributes.putIfAbsent(
                    RawName.of(in.bytes(nameAt, nameLength)),
                    RawName.of(in.bytes(nameAt + nameLength, valueLength)));
            at = end;
        }
        return cost;
    }
}
