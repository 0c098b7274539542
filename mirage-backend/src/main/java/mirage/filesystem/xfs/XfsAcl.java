package mirage.filesystem.xfs;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.PosixAcl;

import java.nio.ByteBuffer;

/**
 * POSIX ACLs: from the form on disk (a count, then entries of 12 bytes, big-endian) to the form that {@code lgetxattr}
 * gives (version 2, little-endian, no id but of a named user or group). {@code fs/xfs/libxfs/xfs_format.h}; {@code
 * linux/posix_acl_xattr.h}.
 */
final class XfsAcl {
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 12;

    private XfsAcl() {}

    static RawName toAttribute(RawName disk) throws FormatException {
        ByteBuffer in = ByteBuffer.wrap(disk.toBytes());
        int count = in.remaining() < HEADER_BYTES ? -1 : in.getInt();
        if (count < 0 || count > in.remaining() / ENTRY_BYTES) {
            throw new FormatException(
                    "ACL: entries expected within "
                            + disk.length()
                            + " bytes, found "
                            + Integer.toUnsignedString(count));
        }
        PosixAcl acl = new PosixAcl(count);
        for (int i = 0; i < count; i++) {
            int tag = in.getInt();
            int id = in.getInt();
            acl.add(tag, in.getShort(), id);
            in.getShort();
        }
        return acl.toAttribute();
    }
}
