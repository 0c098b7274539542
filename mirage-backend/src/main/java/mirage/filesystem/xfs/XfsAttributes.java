package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.RawName;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Extended attributes: in the inode, or in a tree of blocks. "Extended Attributes".
 *
 * <p>An ACL is kept as {@code trusted.SGI_ACL_FILE}; the kernel shows it by that name, and by the one that it has on
 * every file system.
 */
final class XfsAttributes {
    private static final int SHORT_HEADER_BYTES = 4;
    private static final int SHORT_ENTRY_BYTES = 3;

    static final int LOCAL = 0x1;
    private static final int ROOT = 0x2;
    private static final int SECURE = 0x4;

    /** Where a hard link comes from: the file system's own. */
    private static final int PARENT = 0x8;

    private static final int INCOMPLETE = 0x80;

    private static final Map<String, String> ACLS =
            Map.of(
                    "SGI_ACL_FILE", "system.posix_acl_access",
                    "SGI_ACL_DEFAULT", "system.posix_acl_default");

    private final XfsVolume volume;

    XfsAttributes(XfsVolume volume) {
        this.volume = volume;
    }

    /** Takes attributes as they are stored. */
    @FunctionalInterface
    interface Sink {
        void take(int flags, RawName name, RawName value) throws FormatException;
    }

    /** In the order of their names; what cannot be read is left out with a warning. */
    List<ExtendedAttribute> read(XfsInode inode) throws IOException {
        XfsInode.Fork fork = inode.attributes();
        if (fork == null || isEmpty(fork)) {
            return List.of();
        }
        Map<RawName, RawName> sorted = new TreeMap<>();
        Sink sink = (flags, name, value) -> add(sorted, flags, name, value);
        try {
            if (fork.format() == XfsInode.FORMAT_LOCAL) {
                readShort(inode, fork.bytes(), sink);
            } else {
                new XfsAttributeTree(volume, inode, sink).read(fork);
            }
        } catch (FormatException e) {
            volume.warn("attributes of inode " + inode.number() + ": " + e.getMessage());
        }
        List<ExtendedAttribute> attributes = new ArrayList<>(sorted.size());
        sorted.forEach((name, value) -> attributes.add(new ExtendedAttribute(name, value)));
        return List.copyOf(attributes);
    }

    private static boolean isEmpty(XfsInode.Fork fork) {
        return fork.format() == XfsInode.FORMAT_EXTENTS && fork.extents() == 0;
    }

    /** "Short Form Attributes". */
    private void readShort(XfsInode inode, ByteBuffer bytes, Sink sink) throws FormatException {
        int count = bytes.limit() < SHORT_HEADER_BYTES ? 0 : bytes.get(2) & 0xff;
        int at = SHORT_HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            boolean whole = at + SHORT_ENTRY_BYTES <= bytes.limit();
            int nameLength = whole ? bytes.get(at) & 0xff : 0;
            int valueLength = whole ? bytes.get(at + 1) & 0xff : 0;
            int nameAt = at + SHORT_ENTRY_BYTES;
            int end = nameAt + nameLength + valueLength;
            if (end > bytes.limit()) {
                throw new FormatException(count + " expected, found " + i);
            }
            try {
                sink.take(
                        bytes.get(at + 2) & 0xff,
                        name(bytes, nameAt, nameLength),
                        name(bytes, nameAt + nameLength, valueLength));
            } catch (FormatException e) {
                volume.warn("attributes of inode " + inode.number() + ": " + e.getMessage());
            }
            at = end;
        }
    }

    /** Bytes of a structure, as a name or a value; they must lie within it. */
    static RawName name(ByteBuffer bytes, int at, int length) {
        byte[] name = new byte[length];
        bytes.get(at, name);
        return RawName.of(name);
    }

    /** Of two with one name the first, as the kernel looks them up. */
    private static void add(
            Map<RawName, RawName> attributes, int flags, RawName name, RawName value)
            throws FormatException {
        if ((flags & (INCOMPLETE | PARENT)) != 0) {
            return;
        }
        int space = flags & (ROOT | SECURE);
        String prefix =
                switch (space) {
                    case 0 -> "user.";
                    case ROOT -> "trusted.";
                    case SECURE -> "security.";
                    default -> throw new FormatException("one is of two name spaces");
                };
        attributes.putIfAbsent(joined(prefix, name), value);
        String acl = space == ROOT ? ACLS.get(name.toString()) : null;
        if (acl != null) {
            attributes.putIfAbsent(RawName.of(acl), XfsAcl.toAttribute(value));
        }
    }

    private static RawName joined(String prefix, RawName name) {
        byte[] start = prefix.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer joined = ByteBuffer.allocate(start.length + name.length());
        return RawName.of(joined.put(start).put(name.toBytes()).array());
    }
}
