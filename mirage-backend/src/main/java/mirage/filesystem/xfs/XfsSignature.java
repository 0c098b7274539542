package mirage.filesystem.xfs;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * Where a structure of version 5 says what it is: its checksum, where it belongs, and to which file. "Metadata
 * Integrity".
 *
 * @param checksumAt of four bytes
 * @param placeAt of eight bytes, in units of 512 bytes
 * @param uuidAt of the file system's UUID
 * @param ownerAt of eight bytes, an inode number
 */
record XfsSignature(int checksumAt, int placeAt, int uuidAt, int ownerAt) {
    static final XfsSignature EXTENT_NODE = new XfsSignature(64, 24, 40, 56);
    static final XfsSignature DIRECTORY_DATA = new XfsSignature(4, 8, 24, 40);
    static final XfsSignature ATTRIBUTE_NODE = new XfsSignature(12, 16, 32, 48);

    /** Of a remote attribute value and of a symbolic link. */
    static final XfsSignature REMOTE = new XfsSignature(12, 40, 16, 32);

    private static final int UNIT = 512;

    /**
     * @return null when all is right
     */
    @Nullable String problem(
            ByteBuffer structure, long position, long inode, XfsSuperblock superblock) {
        String problem = XfsChecksums.problem(structure, checksumAt);
        if (problem != null) {
            return problem;
        }
        long place = structure.getLong(placeAt);
        if (place != position / UNIT) {
            return "it belongs to sector " + place + ", and lies in " + position / UNIT;
        }
        long owner = structure.getLong(ownerAt);
        if (owner != inode) {
            return "it belongs to inode " + owner + ", and inode " + inode + " has it";
        }
        return superblock.isSigned(structure, uuidAt)
                ? null
                : "it has the UUID of another file system";
    }
}
