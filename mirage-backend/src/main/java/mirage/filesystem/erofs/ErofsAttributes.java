package mirage.filesystem.erofs;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Extended attributes: beside the inode, and in an area that inodes share. "Extended Attributes". */
final class ErofsAttributes {
    private static final int HEADER_BYTES = 12;
    private static final int ENTRY_BYTES = 4;
    private static final int LONG_PREFIX = 0x80;

    private final ErofsVolume volume;

    ErofsAttributes(ErofsVolume volume) {
        this.volume = volume;
    }

    /** In the order of their names; what is damaged is left out with a warning. */
    List<ExtendedAttribute> read(ErofsInode inode) throws IOException {
        if (inode.attributesBytes() == 0) {
            return List.of();
        }
        Map<RawName, RawName> found = new TreeMap<>();
        try {
            readAll(inode, found);
        } catch (FormatException e) {
            volume.warn("inode " + inode.number() + ": " + e.getMessage());
        }
        List<ExtendedAttribute> attributes = new ArrayList<>(found.size());
        found.forEach((name, value) -> attributes.add(new ExtendedAttribute(name, value)));
        return attributes;
    }

    private void readAll(ErofsInode inode, Map<RawName, RawName> found) throws IOException {
        StructReader in =
                volume.struct(inode.attributesAt(), inode.attributesBytes(), "attributes");
        int shared = in.u8(4);
        int at = HEADER_BYTES + shared * Integer.BYTES;
        for (int i = 0; i < shared; i++) {
            readShared(in.u32(HEADER_BYTES + i * Integer.BYTES), found);
        }
        while (at + ENTRY_BYTES <= in.length()) {
            at += take(in, at, found);
        }
    }

    private void readShared(long id, Map<RawName, RawName> found) throws IOException {
        long position = volume.superblock().sharedAttributes() + id * Integer.BYTES;
        StructReader entry = volume.struct(position, ENTRY_BYTES, "shared attribute");
        int length = ENTRY_BYTES + entry.u8(0) + entry.u16(2);
        take(volume.struct(position, length, "shared attribute"), 0, found);
    }

    /**
     * @return how long the entry is, with what pads it
     */
    private static int take(StructReader in, int at, Map<RawName, RawName> found)
            throws FormatException {
        int nameLength = in.u8(at);
        int space = in.u8(at + 1);
        int valueLength = in.u16(at + 2);
        byte[] name = in.bytes(at + ENTRY_BYTES, nameLength);
        byte[] value = in.bytes(at + ENTRY_BYTES + nameLength, valueLength);
        in.require((space & LONG_PREFIX) == 0, "name index", at + 1, "a short prefix", space);
        String prefix = prefix(space);
        // The kernel does not show those of other name spaces either.
        if (!prefix.isEmpty()) {
            byte[] full = new byte[prefix.length() + name.length];
            byte[] start = prefix.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(start, 0, full, 0, start.length);
            System.arraycopy(name, 0, full, start.length, name.length);
            found.putIfAbsent(RawName.of(full), RawName.of(value));
        }
        return ENTRY_BYTES + (nameLength + valueLength + 3 & ~3);
    }

    private static String prefix(int space) {
        return switch (space) {
            case 1 -> "user.";
            case 2 -> "system.posix_acl_access";
            case 3 -> "system.posix_acl_default";
            case 4 -> "trusted.";
            case 6 -> "security.";
            default -> "";
        };
    }
}
