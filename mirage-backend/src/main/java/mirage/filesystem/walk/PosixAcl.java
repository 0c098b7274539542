package mirage.filesystem.walk;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An access control list in the form that {@code lgetxattr} gives: version 2, then for each entry its tag, its
 * permissions, and the id of a named user or group; little-endian. {@code linux/posix_acl_xattr.h}.
 */
public final class PosixAcl {
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 8;
    private static final int NO_ID = -1;

    private static final int USER_OWNER = 0x1;
    private static final int USER = 0x2;
    private static final int GROUP_OWNER = 0x4;
    private static final int GROUP = 0x8;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private final ByteBuffer bytes;

    /**
     * @param maxEntries how many will be added at most
     */
    public PosixAcl(int maxEntries) {
        bytes =
                ByteBuffer.allocate(HEADER_BYTES + maxEntries * ENTRY_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(VERSION);
    }

    /**
     * Whether entries of a tag are of a user or group by id.
     *
     * @throws FormatException when no entry has such a tag
     */
    public static boolean hasId(int tag) throws FormatException {
        return switch (tag) {
            case USER_OWNER, GROUP_OWNER, MASK, OTHER -> false;
            case USER, GROUP -> true;
            default -> throw new FormatException("ACL: an entry has tag " + tag);
        };
    }

    /**
     * @param id of a named user or group; not used for other tags
     * @throws FormatException when no entry has such a tag
     */
    public void add(int tag, int permissions, int id) throws FormatException {
        int shown = hasId(tag) ? id : NO_ID;
        bytes.putShort((short) tag).putShort((short) permissions).putInt(shown);
    }

    public RawName toAttribute() {
        return RawName.of(bytes.array(), 0, bytes.position());
    }
}
