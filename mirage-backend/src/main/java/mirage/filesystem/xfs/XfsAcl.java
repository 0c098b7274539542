package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * POSIX ACLs: from the form on disk (a count, then entries of 12 bytes, big-endian) to the form that {@code lgetxattr}
 * gives (version 2, little-endian, no id but of a named user or group). {@code fs/xfs/libxfs/xfs_format.h}; {@code
 * linux/posix_acl_xattr.h}.
 */
final class XfsAcl {
    private static final int ATTRIBUTE_VERSION = 2;
    private static final int NO_ID = -1;
    private static final int HEADER_BYTES = 4;
    private static final int DISK_ENTRY_BYTES = 12;
    private static final int ENTRY_BYTES = 8;

    private static final int USER_OWNER = 0x1;
    private static final int USER = 0x2;
    private static final int GROUP_OWNER = 0x4;
    private static final int GROUP = 0x8;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private XfsAcl() {}

    static RawName toAttribute(RawName disk) throws FormatException {
        ByteBuffer in = ByteBuffer.wrap(disk.toBytes());
        int count = in.remaining() < HEADER_BYTES ? -1 : in.getInt();
        if (count < 0 || count > in.remaining() / DISK_ENTRY_BYTES) {
            throw new FormatException(
                    "ACL: entries expected within "
                            + disk.length()
                            + " bytes, found "
                            + Integer.toUnsignedString(count));
        }
        ByteBuffer out =
                ByteBuffer.allocate(HEADER_BYTES + count * ENTRY_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(ATTRIBUTE_VERSION);
        for (int i = 0; i < count; i++) {
            int tag = in.getInt();
            int id = in.getInt();
            out.putShort((short) tag).putShort(in.getShort());
            in.getShort();
            switch (tag) {
                case USER_OWNER, GROUP_OWNER, MASK, OTHER -> out.putInt(NO_ID);
                case USER, GROUP -> out.putInt(id);
                default -> throw new FormatException("ACL: entry " + i + " has tag " + tag);
            }
        }
        return RawName.of(out.array());
    }
}
