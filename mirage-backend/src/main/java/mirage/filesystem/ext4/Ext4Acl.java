package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * POSIX ACLs: from the form on disk (version 1, an id only where a user or group is named) to the form that {@code
 * lgetxattr} gives (version 2, an id in every entry). Kernel documentation, "Extended Attributes", "POSIX ACLs";
 * {@code linux/posix_acl_xattr.h}.
 */
final class Ext4Acl {
    private static final int DISK_VERSION = 1;
    private static final int ATTRIBUTE_VERSION = 2;
    private static final int NO_ID = -1;
    private static final int HEADER_BYTES = 4;
    private static final int SHORT_ENTRY_BYTES = 4;
    private static final int LONG_ENTRY_BYTES = 8;

    private static final int USER_OWNER = 0x1;
    private static final int USER = 0x2;
    private static final int GROUP_OWNER = 0x4;
    private static final int GROUP = 0x8;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private Ext4Acl() {}

    static RawName toAttribute(RawName disk) throws FormatException {
        ByteBuffer in = ByteBuffer.wrap(disk.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEADER_BYTES || in.getInt() != DISK_VERSION) {
            throw new FormatException("ACL of " + disk.length() + " bytes: version 1 expected");
        }
        ByteBuffer out =
                ByteBuffer.allocate(2 * disk.length() + HEADER_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(ATTRIBUTE_VERSION);
        while (in.hasRemaining()) {
            int at = in.position();
            if (in.remaining() < SHORT_ENTRY_BYTES) {
                throw new FormatException("ACL: entry at " + at + " is cut off");
            }
            int tag = in.getShort();
            out.putShort((short) tag).putShort(in.getShort());
            switch (tag) {
                case USER_OWNER, GROUP_OWNER, MASK, OTHER -> out.putInt(NO_ID);
                case USER, GROUP -> {
                    if (in.remaining() < LONG_ENTRY_BYTES - SHORT_ENTRY_BYTES) {
                        throw new FormatException("ACL: entry at " + at + " is cut off");
                    }
                    out.putInt(in.getInt());
                }
                default -> throw new FormatException("ACL: entry at " + at + " has tag " + tag);
            }
        }
        return RawName.of(out.array(), 0, out.position());
    }
}
