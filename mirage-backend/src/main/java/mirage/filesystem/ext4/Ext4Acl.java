package mirage.filesystem.ext4;

import mirage.bytes.FormatException;
import mirage.filesystem.RawName;
import mirage.filesystem.walk.PosixAcl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * POSIX ACLs: from the form on disk (version 1, an id only where a user or group is named) to that of {@link
 * PosixAcl}. Kernel documentation, "Extended Attributes", "POSIX ACLs".
 */
final class Ext4Acl {
    private static final int DISK_VERSION = 1;
    private static final int HEADER_BYTES = 4;
    private static final int SHORT_ENTRY_BYTES = 4;
    private static final int ID_BYTES = 4;

    private Ext4Acl() {}

    static RawName toAttribute(RawName disk) throws FormatException {
        ByteBuffer in = ByteBuffer.wrap(disk.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEADER_BYTES || in.getInt() != DISK_VERSION) {
            throw new FormatException("ACL of " + disk.length() + " bytes: version 1 expected");
        }
        PosixAcl acl = new PosixAcl(in.remaining() / SHORT_ENTRY_BYTES);
        while (in.hasRemaining()) {
            requireRemaining(in, SHORT_ENTRY_BYTES);
            int tag = in.getShort();
            int permissions = in.getShort();
            int id = 0;
            if (PosixAcl.hasId(tag)) {
                requireRemaining(in, ID_BYTES);
                id = in.getInt();
            }
            acl.add(tag, permissions, id);
        }
        return acl.toAttribute();
    }

    private static void requireRemaining(ByteBuffer in, int bytes) throws FormatException {
        if (in.remaining() < bytes) {
            throw new FormatException("ACL: an entry is cut off at " + in.limit());
        }
    }
}
